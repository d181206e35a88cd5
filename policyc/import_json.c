// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_json.h"

static struct json_place none(struct json_place place)
{
	return (struct json_place){ place.source, SIZE_MAX };
}

json_t *import_json_read(struct import *im, const struct source *source,
			 struct json_place *root)
{
	json_error_t err;
	json_t *json = json_loadb(source->text, source->len,
				  JSON_REJECT_DUPLICATES, &err);
	struct span at = { .source = source };

	*root = (struct json_place){ source, 0 };
	if (json)
		return json;
	at.line = at.end_line = err.line > 0 ? (u32)err.line : 1;
	at.col = err.column > 0 ? (u32)err.column : 1;
	at.end_col = at.col + 1;
	import_out_error(im, &at, "no JSON: %s", err.text);
	return NULL;
}

/* ---- the text, which is JSON ---- */

static char at(struct json_place place)
{
	return place.off < place.source->len ? place.source->text[place.off] :
					       '\0';
}

static struct json_place skip(struct json_place place, const char *what)
{
	while (at(place) && strchr(what, at(place)))
		place.off++;
	return place;
}

static struct json_place skip_string(struct json_place place)
{
	for (place.off++; at(place) && at(place) != '"'; place.off++)
		place.off += at(place) == '\\';
	place.off++;
	return place;
}

/* Behind a value that begins here. */
static struct json_place skip_value(struct json_place place)
{
	u32 depth = 0;

	while (at(place)) {
		const char c = at(place);

		if (c == '"') {
			place = skip_string(place);
		} else {
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			place.off++;
		}
		/* a number or a word goes on up to what ends it */
		if (!depth && (strchr("\"}]", c) || !at(place) ||
			       strchr(" \t\r\n,}]", at(place))))
			return place;
	}
	return place;
}

struct json_place import_json_member(struct json_place object, const char *key)
{
	const size_t len = strlen(key);

	if (object.off == SIZE_MAX)
		return object;
	object = skip(object, " \t\r\n");
	if (at(object) != '{')
		return none(object);
	object.off++;
	for (;;) {
		const struct json_place name = skip(object, " \t\r\n,");
		const struct json_place end = skip_string(name);
		const char *text = name.source->text + name.off + 1;

		if (at(name) != '"')
			return none(object);
		object = skip(end, " \t\r\n:");
		if (end.off - name.off == len + 2 && !memcmp(text, key, len))
			return object;
		object = skip_value(object);
	}
}

static struct json_place element(struct json_place place)
{
	place = skip(place, " \t\r\n,");
	return !at(place) || at(place) == ']' ? none(place) : place;
}

struct json_place import_json_first(struct json_place array)
{
	if (array.off == SIZE_MAX)
		return array;
	array = skip(array, " \t\r\n");
	if (at(array) != '[')
		return none(array);
	array.off++;
	return element(array);
}

struct json_place import_json_next(struct json_place from)
{
	return from.off == SIZE_MAX ? from : element(skip_value(from));
}

struct span import_json_span(struct json_place place, struct json_place around)
{
	if (place.off == SIZE_MAX)
		place = around;
	if (place.off == SIZE_MAX)
		place.off = 0;
	return source_span(place.source, place.off, 1);
}
