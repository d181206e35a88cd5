/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_json.h - JSON that an import reads, and where its values are written
 *
 * jansson reads it, and does not say where anything was. So the text is walked
 * a second time, next to its values: what jansson took has a simple shape.
 */
#ifndef POLICYC_IMPORT_JSON_H
#define POLICYC_IMPORT_JSON_H

#include <jansson.h>

#include "import_out.h"

/* A value in a text; or, with off SIZE_MAX, none, and nothing is in it. */
struct json_place {
	const struct source *source;
	size_t off;
};

/*
 * Return: the value of a whole file, which the caller frees by json_decref;
 * NULL: it is no JSON, or has a key twice, which was reported.
 */
json_t *import_json_read(struct import *im, const struct source *source,
			 struct json_place *root);

/* A member of an object by its key; none if it is written with escapes. */
struct json_place import_json_member(struct json_place object, const char *key);

/* The first element of an array, and the one behind another. */
struct json_place import_json_first(struct json_place array);
struct json_place import_json_next(struct json_place element);

/* Where it begins, or what it is in if it is none, or else the text. */
struct span import_json_span(struct json_place place, struct json_place around);

#endif /* POLICYC_IMPORT_JSON_H */
