// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * hooks.c - the tables of hooks.def and names.def
 */
#include "hooks.h"

/*
 * Fields of each class. The rows of a class stand between its CLASS_BEGIN and
 * CLASS_END, which open and close the array.
 */
#define BVM_CLASS_BEGIN(num, CLASS, name, doc) \
	static const struct bvm_field name##_fields[] = {
#define BVM_FIELD(class, type, field, kind, max, doc)   \
	{ #field,                                       \
	  offsetof(struct bvm_ctx_##class, field),      \
	  sizeof(((struct bvm_ctx_##class *)0)->field), \
	  BVM_FIELD_##kind,                             \
	  max,                                          \
	  doc },
#define BVM_CLASS_END(CLASS, name) \
	}                          \
	;
#define BVM_OP(CLASS, num, OP, name, how, doc)
#define BVM_GROUP(CLASS, name, mask, doc)
#include "hooks.def"
#undef BVM_CLASS_BEGIN
#undef BVM_FIELD
#undef BVM_CLASS_END
#undef BVM_OP
#undef BVM_GROUP

/*
 * Groups and judged operations of each class. Their rows stand between a
 * class's CLASS_END and the next class's CLASS_BEGIN.
 */
#define BVM_CLASS_BEGIN(num, CLASS, name, doc) \
	}                                      \
	;
#define BVM_FIELD(class, type, field, kind, max, doc)
#define BVM_CLASS_END(CLASS, name) \
	static const struct bvm_group name##_groups[] = {
#define BVM_OP(CLASS, num, OP, name, how, doc)
#define BVM_GROUP(CLASS, name, mask, doc) { name, mask, doc },
static const struct bvm_group unused_groups[] __attribute__((unused)) = {
#include "hooks.def"
};
#undef BVM_CLASS_END
#undef BVM_OP
#undef BVM_GROUP

#define BVM_CLASS_END(CLASS, name) enum { name##_mediated = 0u
#define BVM_OP(CLASS, num, OP, name, how, doc) \
	| (BVM_HOW_##how <= BVM_HOW_PLAIN ? 1u << num : 0u)
#define BVM_GROUP(CLASS, name, mask, doc)
enum {
	unused_mediated
#include "hooks.def"
};
#undef BVM_CLASS_BEGIN
#undef BVM_CLASS_END
#undef BVM_OP

#define BVM_CLASS_BEGIN(num, CLASS, name, doc)
#define BVM_CLASS_END(CLASS, name)
#define BVM_OP(CLASS, num, OP, name, how, doc) \
	[BVM_CLASS_##CLASS][num] = { name, BVM_HOW_##how, doc },
static const struct bvm_op_info ops[BVM_NUM_CLASSES][BVM_MAX_OPS] = {
#include "hooks.def"
};
#undef BVM_CLASS_BEGIN
#undef BVM_OP

#define BVM_CLASS_BEGIN(num, CLASS, text, words)           \
	[num] = {                                          \
		.name = #text,                             \
		.doc = words,                              \
		.ctx_size = sizeof(struct bvm_ctx_##text), \
		.num_fields = ARRAY_SIZE(text##_fields),   \
		.fields = text##_fields,                   \
		.ops = ops[num],                           \
		.num_groups = ARRAY_SIZE(text##_groups),   \
		.groups = text##_groups,                   \
		.mediated = text##_mediated,               \
	},
#define BVM_OP(CLASS, num, OP, name, how, doc)
const struct bvm_class_info bvm_classes[BVM_NUM_CLASSES] = {
#include "hooks.def"
};
#undef BVM_CLASS_BEGIN
#undef BVM_FIELD
#undef BVM_CLASS_END
#undef BVM_OP
#undef BVM_GROUP

/* Rows of fields stand between the head of a conjunction and its end. */
#define BVM_CLASS_BEGIN(num, CLASS, text, doc)                              \
	static bool text##_keeps_promises(const struct bvm_ctx_##text *ctx) \
	{                                                                   \
		return true
#define BVM_FIELD(class, type, field, kind, max, doc) \
	&&BVM_KEEPS_##kind(ctx->field, max)
#define BVM_CLASS_END(CLASS, name) \
	;                          \
	}
#define BVM_KEEPS_SCALAR(value, max) ((u64)(value) <= (u64)(max))
#define BVM_KEEPS_ADDR(value, max) true
#define BVM_KEEPS_STR(value, max) true
#define BVM_KEEPS_TEXT(value, max) true
#define BVM_OP(CLASS, num, OP, name, how, doc)
#define BVM_GROUP(CLASS, name, mask, doc)
#include "hooks.def"
#undef BVM_CLASS_BEGIN
#undef BVM_FIELD
#undef BVM_CLASS_END

bool bvm_ctx_keeps_promises(u32 class, const void *ctx)
{
	switch (class) {
#define BVM_CLASS_BEGIN(num, CLASS, text, doc) \
	case num:                              \
		return text##_keeps_promises(ctx);
#define BVM_FIELD(class, type, field, kind, max, doc)
#define BVM_CLASS_END(CLASS, name)
#include "hooks.def"
	}
	return false;
}
#undef BVM_CLASS_BEGIN
#undef BVM_FIELD
#undef BVM_CLASS_END
#undef BVM_OP
#undef BVM_GROUP

#define BVM_KIND(num, KIND, name, doc)
#define BVM_REASON(num, REASON, name, doc)
#define BVM_ERRNO(NAME)
#define BVM_CAP(num, name)
#define BVM_FAMILY(num, name)
#define BVM_SOCKTYPE(num, name)
#define BVM_PROTOCOL(num, name)
#define BVM_PEER(num, name)
#define BVM_SIGNAL(num, name)

#undef BVM_KIND
#define BVM_KIND(num, KIND, name, doc) { num, name },
const struct bvm_name bvm_kind_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_KIND
#define BVM_KIND(num, KIND, name, doc)

#undef BVM_REASON
#define BVM_REASON(num, REASON, name, doc) { num, name },
const struct bvm_name bvm_reason_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_REASON
#define BVM_REASON(num, REASON, name, doc)

#undef BVM_ERRNO
#define BVM_ERRNO(NAME) { NAME, #NAME },
const struct bvm_name bvm_errno_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_ERRNO
#define BVM_ERRNO(NAME)

#undef BVM_CAP
#define BVM_CAP(num, name) { num, name },
const struct bvm_name bvm_cap_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_CAP
#define BVM_CAP(num, name)

#undef BVM_FAMILY
#define BVM_FAMILY(num, name) { num, name },
const struct bvm_name bvm_family_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_FAMILY
#define BVM_FAMILY(num, name)

#undef BVM_SOCKTYPE
#define BVM_SOCKTYPE(num, name) { num, name },
const struct bvm_name bvm_socktype_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_SOCKTYPE
#define BVM_SOCKTYPE(num, name)

#undef BVM_PROTOCOL
#define BVM_PROTOCOL(num, name) { num, name },
const struct bvm_name bvm_protocol_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_PROTOCOL
#define BVM_PROTOCOL(num, name)

#undef BVM_PEER
#define BVM_PEER(num, name) { num, name },
const struct bvm_name bvm_peer_names[] = {
#include "names.def"
	{ 0, NULL }
};
#undef BVM_PEER
#define BVM_PEER(num, name)

#undef BVM_SIGNAL
#define BVM_SIGNAL(num, name) { num, name },
const struct bvm_name bvm_signal_names[] = {
#include "names.def"
	{ 0, NULL }
};

#define BVM_IOCTL(num, name) { num, name },
const struct bvm_name bvm_ioctl_names[] = {
#include "ioctls.def"
	{ 0, NULL }
};

const char *bvm_name_of(const struct bvm_name *names, u32 num)
{
	for (; names->name; names++) {
		if (names->num == num)
			return names->name;
	}
	return NULL;
}

long bvm_name_find(const struct bvm_name *names, const char *name)
{
	for (; names->name; names++) {
		if (strcmp(names->name, name) == 0)
			return names->num;
	}
	return -1;
}

u32 bvm_class_by_name(const char *name)
{
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		if (strcmp(bvm_classes[i].name, name) == 0)
			return i;
	}
	return 0;
}

int bvm_op_by_name(u32 class, const char *name)
{
	if (class == 0 || class >= BVM_NUM_CLASSES)
		return -1;
	for (u32 i = 0; i < BVM_MAX_OPS; i++) {
		if (ops[class][i].name && strcmp(ops[class][i].name, name) == 0)
			return i;
	}
	return -1;
}

const char *bvm_op_name(u32 class, u32 op)
{
	if (class >= BVM_NUM_CLASSES || op >= BVM_MAX_OPS ||
	    !ops[class][op].name)
		return "?";
	return ops[class][op].name;
}

/* ---- what a denial may say ---- */

#define BVM_ERRNO_CLASS(CLASS, NAME) \
	case BVM_CLASS_##CLASS:      \
		return NAME;
#define BVM_ERRNO_NOT(CLASS, OP, NAME, why)
#define BVM_ERRNO_FIXED(CLASS, OP, why)
u32 bvm_errno_of_class(u32 class)
{
	switch (class) {
#include "errno.def"
	}
	return EPERM;
}
#undef BVM_ERRNO_CLASS
#undef BVM_ERRNO_NOT
#undef BVM_ERRNO_FIXED

#define BVM_ERRNO_CLASS(CLASS, NAME)
#define BVM_ERRNO_NOT(CLASS, OP, NAME, why) \
	{ BVM_CLASS_##CLASS, BVM_OP_##CLASS##_##OP, NAME, why },
#define BVM_ERRNO_FIXED(CLASS, OP, why) \
	{ BVM_CLASS_##CLASS, BVM_OP_##CLASS##_##OP, 0, why },
static const struct {
	u32 class;
	u32 op;
	u32 err; /* 0: all but the class's */
	const char *why;
} unfit[] = {
#include "errno.def"
};
#undef BVM_ERRNO_CLASS
#undef BVM_ERRNO_NOT
#undef BVM_ERRNO_FIXED

const char *bvm_errno_why_not(u32 class, u32 op, u32 err)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(unfit); i++) {
		if (unfit[i].class != class || unfit[i].op != op)
			continue;
		if (unfit[i].err ? unfit[i].err == err :
				   err != bvm_errno_of_class(class))
			return unfit[i].why;
	}
	return NULL;
}

bool bvm_errno_fits(u32 class, u32 op, u32 err)
{
	return bvm_name_of(bvm_errno_names, err) &&
	       !bvm_errno_why_not(class, op, err);
}
