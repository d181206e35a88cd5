// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <string.h>

#include "binary.h"

#define MAX_NAMES 65536 /* symbols of a program */
#define MAX_LINE 255 /* bytes of a #! line */

struct image {
	struct arena *arena;
	const u8 *bytes;
	size_t len;
	const Elf64_Ehdr *head;
};

/* num things of a size at off, or NULL if they are not all there. */
static const void *at(const struct image *img, u64 off, u64 num, u64 size)
{
	if (off > img->len || (off & 7) || num > (img->len - off) / size)
		return NULL;
	return img->bytes + off;
}

static void add(struct arena *arena, struct binary_names *names,
		const char *name)
{
	if (names->num == MAX_NAMES)
		return;
	names->items = arena_grow(arena, (void *)names->items, names->num,
				  sizeof(*names->items));
	names->items[names->num++] = name;
}

/* A copy of text that ends before len bytes; NULL if it does not end. */
static const char *text_at(const struct image *img, u64 off, u64 len)
{
	const char *text;

	if (off > img->len || len > img->len - off)
		return NULL;
	text = (const char *)img->bytes + off;
	if (!len || !memchr(text, '\0', len))
		return NULL;
	return arena_strdup(img->arena, text);
}

static const char *string_of(const struct image *img, const Elf64_Shdr *strings,
			     u64 index)
{
	if (strings->sh_type != SHT_STRTAB || index >= strings->sh_size ||
	    strings->sh_offset > img->len)
		return NULL;
	return text_at(img, strings->sh_offset + index,
		       strings->sh_size - index);
}

static void read_needed(const struct image *img, const Elf64_Shdr *section,
			const Elf64_Shdr *strings, struct binary *binary)
{
	const u64 num = section->sh_size / sizeof(Elf64_Dyn);
	const Elf64_Dyn *dyn = at(img, section->sh_offset, num, sizeof(*dyn));
	const char *name;

	for (u64 i = 0; dyn && i < num && dyn[i].d_tag != DT_NULL; i++) {
		if (dyn[i].d_tag != DT_NEEDED)
			continue;
		name = string_of(img, strings, dyn[i].d_un.d_val);
		if (name)
			add(img->arena, &binary->needed, name);
	}
}

static void read_symbols(const struct image *img, const Elf64_Shdr *section,
			 const Elf64_Shdr *strings, struct binary *binary)
{
	const u64 num = section->sh_size / sizeof(Elf64_Sym);
	const Elf64_Sym *sym = at(img, section->sh_offset, num, sizeof(*sym));
	const char *name;

	for (u64 i = 0; sym && i < num && i < MAX_NAMES; i++) {
		if (sym[i].st_shndx != SHN_UNDEF || !sym[i].st_name)
			continue;
		name = string_of(img, strings, sym[i].st_name);
		if (name)
			add(img->arena, &binary->symbols, name);
	}
}

static void read_sections(const struct image *img, struct binary *binary)
{
	const u32 num = img->head->e_shnum;
	const Elf64_Shdr *sections =
		at(img, img->head->e_shoff, num, sizeof(*sections));

	if (img->head->e_shentsize != sizeof(*sections) || !sections)
		return;
	for (u32 i = 0; i < num; i++) {
		if (sections[i].sh_link >= num)
			continue;
		if (sections[i].sh_type == SHT_DYNAMIC)
			read_needed(img, &sections[i],
				    &sections[sections[i].sh_link], binary);
		else if (sections[i].sh_type == SHT_DYNSYM)
			read_symbols(img, &sections[i],
				     &sections[sections[i].sh_link], binary);
	}
}

static void read_elf(const struct image *img, struct binary *binary)
{
	const u32 num = img->head->e_phnum;
	const Elf64_Phdr *parts =
		at(img, img->head->e_phoff, num, sizeof(*parts));

	if (img->head->e_phentsize != sizeof(*parts) || !parts)
		return;
	binary->kind = BINARY_STATIC;
	for (u32 i = 0; i < num; i++) {
		if (parts[i].p_type != PT_INTERP)
			continue;
		binary->kind = BINARY_DYNAMIC;
		binary->interpreter =
			text_at(img, parts[i].p_offset, parts[i].p_filesz) ?:
									     "";
	}
	read_sections(img, binary);
}

static void read_script(const struct image *img, struct binary *binary)
{
	const char *text = (const char *)img->bytes + 2;
	const size_t max = img->len - 2 < MAX_LINE ? img->len - 2 : MAX_LINE;
	const char *end = memchr(text, '\n', max);
	size_t len = end ? (size_t)(end - text) : max;

	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	if (!len || *text != '/' || memchr(text, '\0', len))
		return;
	binary->kind = BINARY_SCRIPT;
	binary->interpreter = arena_strndup(img->arena, text, len);
}

void binary_read(struct arena *arena, const void *bytes, size_t len,
		 struct binary *binary)
{
	const struct image img = {
		.arena = arena,
		.bytes = bytes,
		.len = len,
		.head = bytes,
	};

	*binary = (struct binary){ .interpreter = "" };
	if (len > 2 && !memcmp(bytes, "#!", 2))
		read_script(&img, binary);
	else if (len >= sizeof(*img.head) &&
		 !memcmp(img.head->e_ident, ELFMAG, SELFMAG) &&
		 img.head->e_ident[EI_CLASS] == ELFCLASS64 &&
		 img.head->e_ident[EI_DATA] == ELFDATA2LSB &&
		 (img.head->e_type == ET_EXEC || img.head->e_type == ET_DYN))
		read_elf(&img, binary);
}

bool binary_needs(const struct binary *binary, const char *library)
{
	const size_t len = strlen(library);

	for (u32 i = 0; i < binary->needed.num; i++) {
		const char *name = binary->needed.items[i];

		if (!strncmp(name, library, len) &&
		    (name[len] == '.' || name[len] == '-'))
			return true;
	}
	return false;
}

bool binary_takes(const struct binary *binary, const char *const *functions)
{
	for (; *functions; functions++)
		for (u32 i = 0; i < binary->symbols.num; i++)
			if (!strcmp(binary->symbols.items[i], *functions))
				return true;
	return false;
}
