/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump_json.h - what is in an image, as one JSON object
 */
#ifndef POLICYC_DUMP_JSON_H
#define POLICYC_DUMP_JSON_H

#include "buf.h"
#include "vm/image.h"

/* Append the object and a line feed to out. */
void dump_json(struct buf *out, const struct bvm_image *img);

#endif /* POLICYC_DUMP_JSON_H */
