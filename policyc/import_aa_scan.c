// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import_aa_scan.h"

#define BASE "/etc/apparmor.d"
#define MAX_WORD 65536 /* bytes */

void aa_scan_init(struct aa_scan *scan, struct import *im,
		  const struct source *source)
{
	*scan = (struct aa_scan){ .im = im, .num_files = 1 };
	scan->files[0].source = source;
}

static struct aa_file *top(struct aa_scan *scan)
{
	return &scan->files[scan->num_files - 1];
}

static int peek(const struct aa_file *file, size_t ahead)
{
	const size_t at = file->off + ahead;

	return at < file->source->len ? (u8)file->source->text[at] : -1;
}

static bool is_blank(int c)
{
	return c == -1 || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void __printf(3, 4)
	fail(struct aa_scan *scan, const struct span *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	import_out_error(scan->im, at, "%s",
			 arena_vprintf(scan->im->arena, fmt, args));
	va_end(args);
	scan->failed = true;
	scan->num_files = 0;
}

/* ---- includes ---- */

static const struct source *read_cached(struct aa_scan *scan, const char *path,
					int *err)
{
	const struct source *source;

	for (u32 i = 0; i < scan->num_cache; i++)
		if (!strcmp(scan->cache[i]->name, path))
			return scan->cache[i];
	*err = source_read(scan->im->arena, path, &source);
	if (*err)
		return NULL;
	scan->cache = arena_grow(scan->im->arena, (void *)scan->cache,
				 scan->num_cache, sizeof(source));
	scan->cache[scan->num_cache++] = source;
	return source;
}

static void enter_file(struct aa_scan *scan, const char *path,
		       const struct span *at)
{
	const struct source *source;
	int err = 0;

	for (u32 i = 0; i < scan->num_files; i++) {
		/* others of a directory wait there, and have not begun */
		if (!scan->files[i].off ||
		    strcmp(scan->files[i].source->name, path))
			continue;
		fail(scan, at, "'%s' includes itself", path);
		return;
	}
	if (scan->num_files > AA_MAX_DEPTH) {
		fail(scan, at, "includes are nested over %u deep",
		     AA_MAX_DEPTH);
		return;
	}
	if (scan->num_includes++ == AA_MAX_INCLUDES) {
		fail(scan, at, "over %u includes", AA_MAX_INCLUDES);
		return;
	}
	source = read_cached(scan, path, &err);
	if (!source) {
		fail(scan, at, "cannot read %s: %s", path, strerror(-err));
		return;
	}
	scan->files[scan->num_files++] = (struct aa_file){ .source = source };
}

/* Names that AppArmor passes over in a directory of includes. */
static bool is_left_behind(const char *name)
{
	static const char *const ends[] = {
		"~",	   ".rpmnew",	".rpmsave",  ".orig",
		".rej",	   ".dpkg-new", ".dpkg-old", ".dpkg-dist",
		".pacnew", ".pacsave",	".dpkg-bak", ".dpkg-remove",
	};
	const size_t len = strlen(name);

	if (*name == '.' || !strcmp(name, "README"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (len > strlen(ends[i]) &&
		    !strcmp(name + len - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

static int by_name_down(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;

	return strcmp(*b, *a);
}

/* All files of a directory, the first one on top. */
static void enter_dir(struct aa_scan *scan, const char *path,
		      const struct span *at)
{
	struct import_list names = { 0 };
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir) {
		fail(scan, at, "cannot read %s: %s", path, strerror(errno));
		return;
	}
	while ((entry = readdir(dir)))
		if (!is_left_behind(entry->d_name))
			import_list_add(scan->im->arena, &names,
					arena_printf(scan->im->arena, "%s/%s",
						     path, entry->d_name));
	(void)closedir(dir);
	if (names.num)
		qsort((void *)names.items, names.num, sizeof(*names.items),
		      by_name_down);
	for (u32 i = 0; i < names.num && !scan->failed; i++) {
		struct stat st;

		if (!stat(names.items[i], &st) && S_ISREG(st.st_mode))
			enter_file(scan, names.items[i], at);
	}
}

/* dir/name, if it is there */
static const char *try_dir(struct aa_scan *scan, const char *dir,
			   const char *name)
{
	const char *path = arena_printf(scan->im->arena, "%s/%s", dir, name);
	struct stat st;

	return stat(path, &st) ? NULL : path;
}

static const char *find_include(struct aa_scan *scan, const char *name,
				bool search)
{
	const char *file = top(scan)->source->name;
	const char *slash = strrchr(file, '/');
	const char *found = NULL;

	if (*name == '/')
		return try_dir(scan, "", name + 1);
	if (!search)
		found = try_dir(scan,
				slash ? arena_strndup(scan->im->arena, file,
						      (size_t)(slash - file)) :
					".",
				name);
	for (u32 i = 0; i < scan->im->num_dirs && !found; i++)
		found = try_dir(scan, scan->im->dirs[i], name);
	return found ?: try_dir(scan, BASE, name);
}

static void include(struct aa_scan *scan, const char *name, bool search,
		    bool optional, const struct span *at)
{
	const char *path;
	struct stat st;

	if (scan->im->no_includes) {
		fail(scan, at, "no includes here");
		return;
	}
	path = find_include(scan, name, search);
	if (path && !stat(path, &st) && S_ISDIR(st.st_mode)) {
		enter_dir(scan, path, at);
	} else if (path) {
		enter_file(scan, path, at);
	} else if (!optional) {
		fail(scan, at,
		     "cannot find the include '%s'; -I DIR says where "
		     "to look before " BASE,
		     name);
	}
}

/* What is behind the word include: if exists, and a name to the line's end. */
static void read_include(struct aa_scan *scan, const struct span *at)
{
	struct aa_file *file = top(scan);
	const char *text = file->source->text + file->off;
	size_t len = strcspn(text, "\n\r");
	bool optional = false;
	const char *end, *name;
	char close = '\0';

	if (file->off + len > file->source->len)
		len = file->source->len - file->off;
	name = arena_strndup(scan->im->arena, text, len);
	file->off += len;
	name += strspn(name, " \t");
	if (!strncmp(name, "if exists", strlen("if exists"))) {
		optional = true;
		name += strlen("if exists");
		name += strspn(name, " \t");
	}
	if (*name == '<' || *name == '"')
		close = *name++ == '<' ? '>' : '"';
	end = close ? strchr(name, close) : name + strcspn(name, " \t,#");
	if (!end || end == name) {
		fail(scan, at, "expected <NAME> or \"NAME\" behind include");
		return;
	}
	name = arena_strndup(scan->im->arena, name, (size_t)(end - name));
	include(scan, name, close == '>', optional, at);
}

/* ---- words ---- */

/* Skip blanks and comments. Was there the end of a line? */
static bool skip(struct aa_scan *scan)
{
	struct aa_file *file = top(scan);
	bool fresh = !file->off;

	for (int c = peek(file, 0); c != -1; c = peek(file, 0)) {
		if (c == '#') {
			if (!strncmp(file->source->text + file->off, "#include",
				     strlen("#include")))
				return true;
			while (peek(file, 0) != -1 && peek(file, 0) != '\n')
				file->off++;
		} else if (c == '\\' && peek(file, 1) == '\n') {
			file->off += 2;
		} else if (!is_blank(c)) {
			break;
		} else {
			fresh |= c == '\n';
			file->off++;
		}
	}
	return fresh;
}

/* May '=' and '(' be a part of it? */
static bool is_path_like(int c)
{
	return c != -1 && strchr("/@{[*\"^", c) != NULL;
}

/* "@{NAME}", which may be given a value. */
static bool is_variable(const struct buf *word)
{
	const char *text = (const char *)word->data;

	return word->len > 3 && text[0] == '@' && text[1] == '{' &&
	       text[word->len - 1] == '}' && !memchr(text, '/', word->len);
}

/* Does the word end before the next byte? */
static bool ends(const struct aa_scan *scan, const struct aa_file *file,
		 const struct buf *word, bool path, u32 braces)
{
	const int c = peek(file, 0);
	const int next = peek(file, 1);
	const bool assign = !path || is_variable(word);

	if (is_blank(c))
		return true;
	if (c == ',' && !braces)
		return scan->parens || is_blank(next) || next == '#' ||
		       next == ',';
	if (c == ')')
		return scan->parens || !path;
	if (c == '(')
		return !path;
	if (c == '=' || (c == '+' && next == '='))
		return assign && !braces;
	return c == '{' && is_blank(next);
}

static void read_word(struct aa_scan *scan, struct aa_token *token)
{
	struct aa_file *file = top(scan);
	struct buf word = BUF_INIT(scan->im->arena);
	const bool path = is_path_like(peek(file, 0));
	bool quote = false;
	u32 braces = 0;

	while (peek(file, 0) != -1 &&
	       (quote || !ends(scan, file, &word, path, braces))) {
		const int c = peek(file, 0);

		if (c == '"') {
			quote = !quote;
			token->quoted = true;
			file->off++;
			continue;
		}
		if (quote && c == '\n')
			break;
		if (c == '\\' && peek(file, 1) != -1) {
			buf_put_u8(&word, (u8)c);
			file->off++;
		} else if (c == '{') {
			braces++;
		} else if (c == '}' && braces) {
			braces--;
		}
		buf_put_u8(&word, (u8)peek(file, 0));
		file->off++;
		if (word.len > MAX_WORD)
			break;
	}
	token->text = buf_text(&word);
	token->span.end_col = token->span.col + (u32)word.len;
	if (quote)
		fail(scan, &token->span, "unterminated '\"'");
	else if (word.len > MAX_WORD)
		fail(scan, &token->span, "a word of over %u bytes", MAX_WORD);
	else if (memchr(word.data, '\0', word.len))
		fail(scan, &token->span, "a NUL byte: this is no profile");
}

/* One of the bytes that are a word by themselves, or AA_END. */
static enum aa_kind single(const struct aa_file *file)
{
	switch (peek(file, 0)) {
	case ',':
		return AA_COMMA;
	case '(':
		return AA_LEFT;
	case ')':
		return AA_RIGHT;
	case '}':
		return AA_CLOSE;
	case '{':
		return is_blank(peek(file, 1)) || peek(file, 1) == '#' ?
			       AA_OPEN :
			       AA_END;
	case '=':
		return AA_EQUALS;
	case '+':
		return peek(file, 1) == '=' ? AA_EQUALS : AA_END;
	case '-':
		return peek(file, 1) == '>' ? AA_ARROW : AA_END;
	default:
		return AA_END;
	}
}

static void read_token(struct aa_scan *scan, struct aa_token *token)
{
	struct aa_file *file = top(scan);
	size_t len = 1;

	token->span = source_span(file->source, file->off, 1);
	token->kind = single(file);
	if (token->kind == AA_END) {
		token->kind = AA_WORD;
		read_word(scan, token);
		return;
	}
	if (token->kind == AA_ARROW || peek(file, 0) == '+')
		len = 2;
	token->text = arena_strndup(scan->im->arena,
				    file->source->text + file->off, len);
	file->off += len;
	scan->parens += token->kind == AA_LEFT;
	scan->parens -= token->kind == AA_RIGHT && scan->parens;
}

static bool is_include(struct aa_scan *scan, const struct aa_token *token)
{
	struct aa_file *file = top(scan);

	if (peek(file, 0) == '#') {
		file->off += strlen("#include");
		return true;
	}
	(void)token;
	if (strncmp(file->source->text + file->off, "include",
		    strlen("include")) ||
	    !is_blank(peek(file, strlen("include"))))
		return false;
	file->off += strlen("include");
	return true;
}

struct aa_token aa_scan_next(struct aa_scan *scan)
{
	struct aa_token token = { .kind = AA_END, .text = "" };

	while (scan->num_files && !scan->failed) {
		struct aa_file *file = top(scan);

		token.fresh |= skip(scan);
		if (peek(file, 0) == -1) {
			token.fresh = true;
			if (--scan->num_files)
				continue;
			token.span = source_span(file->source, file->off, 0);
			break;
		}
		if (!scan->parens && is_include(scan, &token)) {
			const struct span at =
				source_span(file->source, file->off - 7, 7);

			read_include(scan, &at);
			token.fresh = true;
			continue;
		}
		read_token(scan, &token);
		break;
	}
	if (scan->failed)
		token.kind = AA_END;
	return token;
}
