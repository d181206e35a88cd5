// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policyc/binary.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static u8 *self; /* this program's own file */
static size_t self_len;

static void setup(void)
{
	const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;

	arena = arena_create();
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	self_len = (size_t)st.st_size;
	self = malloc(self_len);
	ck_assert_int_eq(read(fd, self, self_len), (ssize_t)self_len);
	ck_assert_int_eq(close(fd), 0);
}

static void teardown(void)
{
	free(self);
	arena_free(arena);
}

static struct binary read_text(const char *text, size_t len)
{
	/* a block of its own: a byte too many is seen */
	u8 *copy = malloc(len ?: 1);
	struct binary binary;

	memcpy(copy, text, len);
	binary_read(arena, copy, len, &binary);
	free(copy);
	return binary;
}

START_TEST(program_is_dynamic)
{
	static const char *const some[] = { "no_such", "memcpy", "open", NULL };
	static const char *const none[] = { "no_such", "mai", NULL };
	struct binary binary;

	binary_read(arena, self, self_len, &binary);
	ck_assert_int_eq(binary.kind, BINARY_DYNAMIC);
	ck_assert_str_eq(binary.interpreter, "/lib64/ld-linux-x86-64.so.2");
	ck_assert(binary_needs(&binary, "libyaml"));
	ck_assert(!binary_needs(&binary, "libyam"));
	ck_assert(!binary_needs(&binary, "libpq"));
	ck_assert(binary_takes(&binary, some));
	ck_assert(!binary_takes(&binary, none));
}
END_TEST

START_TEST(script_has_its_line)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "#!/bin/sh\nx", "/bin/sh" },
		{ "#! \t/usr/bin/env -S node\n", "/usr/bin/env -S node" },
		{ "#!/bin/sh", "/bin/sh" },
	};
	static const char *const others[] = { "",	"#!",	   "#!\n",
					      "#!sh\n", "# !/x\n", "\177ELF" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct binary binary =
			read_text(cases[i].text, strlen(cases[i].text));

		ck_assert_int_eq(binary.kind, BINARY_SCRIPT);
		ck_assert_str_eq(binary.interpreter, cases[i].line);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ck_assert_int_eq(read_text(others[i], strlen(others[i])).kind,
				 BINARY_OTHER);
}
END_TEST

/*
 *	head | part: interp | sections: none, strings, dynamic, symbols | their bytes
 */
struct tiny {
	Elf64_Ehdr head;
	Elf64_Phdr part;
	Elf64_Shdr sections[4];
	Elf64_Dyn dynamic[2];
	Elf64_Sym symbols[2];
	char interp[8];
	char strings[24]; /* "", "libx.so.1", "listen" */
};

static struct tiny make_tiny(void)
{
	struct tiny tiny = {
		.head = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				     ELFDATA2LSB },
			.e_type = ET_DYN,
			.e_phoff = offsetof(struct tiny, part),
			.e_phnum = 1,
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_shoff = offsetof(struct tiny, sections),
			.e_shnum = 4,
			.e_shentsize = sizeof(Elf64_Shdr),
		},
		.part = { PT_INTERP, 4, offsetof(struct tiny, interp), 0, 0, 8,
			  8, 1 },
		.dynamic = { { DT_NEEDED, { 1 } } },
		.symbols = { { 0 }, { .st_name = 11 } },
		.interp = "/lib/ld",
		.strings = "\0libx.so.1\0listen",
	};

	tiny.sections[1] = (Elf64_Shdr){
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct tiny, strings),
		.sh_size = sizeof(tiny.strings),
	};
	tiny.sections[2] = (Elf64_Shdr){
		.sh_type = SHT_DYNAMIC,
		.sh_offset = offsetof(struct tiny, dynamic),
		.sh_size = sizeof(tiny.dynamic),
		.sh_link = 1,
	};
	tiny.sections[3] = (Elf64_Shdr){
		.sh_type = SHT_DYNSYM,
		.sh_offset = offsetof(struct tiny, symbols),
		.sh_size = sizeof(tiny.symbols),
		.sh_link = 1,
	};
	return tiny;
}

static const char *const listen_only[] = { "listen", NULL };

START_TEST(tiny_program_is_read)
{
	const struct tiny tiny = make_tiny();
	const struct binary binary =
		read_text((const char *)&tiny, sizeof(tiny));

	ck_assert_int_eq(binary.kind, BINARY_DYNAMIC);
	ck_assert_str_eq(binary.interpreter, "/lib/ld");
	ck_assert_uint_eq(binary.needed.num, 1);
	ck_assert(binary_needs(&binary, "libx"));
	ck_assert_uint_eq(binary.symbols.num, 1);
	ck_assert(binary_takes(&binary, listen_only));
}
END_TEST

/* At each place a number that makes no sense: nothing outside is read. */
START_TEST(no_number_is_believed)
{
	static const u64 bad[] = { 0,	       1,	   7,
				   0x10000,    0x7fffffff, 0xffffffff,
				   1ull << 63, ~0ull - 7,  ~0ull };
	const struct tiny good = make_tiny();
	u32 odd = 0;

	for (size_t at = 0; at + 8 <= sizeof(good); at += 4)
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			struct tiny tiny = good;
			struct binary binary;

			memcpy((u8 *)&tiny + at, &bad[i], 8);
			binary = read_text((const char *)&tiny, sizeof(tiny));
			odd += !binary_takes(&binary, listen_only);
		}
	ck_assert_uint_gt(odd, 100);
}
END_TEST

START_TEST(cut_anywhere)
{
	const struct tiny tiny = make_tiny();

	for (size_t len = 0; len < sizeof(tiny); len++) {
		const struct binary binary =
			read_text((const char *)&tiny, len);

		ck_assert(binary.kind != BINARY_SCRIPT);
		ck_assert(len + 8 > sizeof(tiny) ||
			  !binary_takes(&binary, listen_only));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("binary");
	TCase *tests = tcase_create("binary");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, program_is_dynamic);
	tcase_add_test(tests, script_has_its_line);
	tcase_add_test(tests, tiny_program_is_read);
	tcase_add_test(tests, no_number_is_believed);
	tcase_add_test(tests, cut_anywhere);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
