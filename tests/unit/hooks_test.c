// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_test.c - the tables of classes, operations and names are whole
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "tests/lib/suite.h"
#include "vm/hooks.h"

START_TEST(fields_lie_in_order_inside_their_ctx)
{
	u32 class, i;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_class_info *c = &bvm_classes[class];
		u32 end = 0;

		ck_assert_ptr_nonnull(c->name);
		ck_assert_uint_le(c->ctx_size, sizeof(union bvm_ctx));
		ck_assert_str_eq(c->fields[0].name, "op");
		for (i = 0; i < c->num_fields; i++) {
			const struct bvm_field *f = &c->fields[i];

			ck_assert_uint_ge(f->off, end);
			end = f->off + f->size;
			ck_assert_uint_le(end, c->ctx_size);
			ck_assert(*f->doc);
			if (f->kind == BVM_FIELD_SCALAR)
				ck_assert_uint_gt(f->max, 0);
			else
				ck_assert_uint_eq(
					f->size,
					f->kind >= BVM_FIELD_STR ? 8 : 16);
		}
	}
}
END_TEST

/*
 * image.c takes a program for any class, and needs one for each. That bit 0 is
 * always of an operation is why a mutant of known_ops() may survive.
 */
START_TEST(every_class_judges_something_and_counts_from_0)
{
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		ck_assert(bvm_classes[class].mediated);
		ck_assert_ptr_nonnull(bvm_classes[class].ops[0].name);
	}
}
END_TEST

/* None of these is an order to the kernel, and all fit into a verdict. */
START_TEST(every_class_has_an_errno_that_all_its_operations_stand)
{
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		u32 err = bvm_errno_of_class(class);

		ck_assert(err == EACCES || err == EPERM);
		for (u32 op = 0; op < BVM_MAX_OPS; op++) {
			ck_assert(bvm_errno_fits(class, op, err));
			ck_assert_ptr_null(bvm_errno_why_not(class, op, err));
		}
	}
}
END_TEST

START_TEST(an_errno_that_is_an_order_fits_nowhere)
{
	static const u32 orders[] = {
		0,	EAGAIN, EINTR, ECHILD, ESTALE, ESRCH, ENOEXEC, ENODATA,
		ENOKEY, EEXIST, 512,   515,    519,    529,   0xffffu,
	};

	for (u32 i = 0; i < ARRAY_SIZE(orders); i++)
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
			for (u32 op = 0; op < BVM_MAX_OPS; op++)
				ck_assert(
					!bvm_errno_fits(class, op, orders[i]));
	for (const struct bvm_name *n = bvm_errno_names; n->name; n++)
		ck_assert_uint_le(n->num, BVM_VERDICT_ERRNO_MASK);
}
END_TEST

START_TEST(an_operation_may_refuse_an_errno_and_says_why)
{
	ck_assert(!bvm_errno_fits(BVM_CLASS_KERNEL, BVM_OP_KERNEL_KEYRING,
				  EACCES));
	ck_assert_ptr_nonnull(bvm_errno_why_not(BVM_CLASS_KERNEL,
						BVM_OP_KERNEL_KEYRING, EACCES));
	ck_assert(bvm_errno_fits(BVM_CLASS_KERNEL, BVM_OP_KERNEL_KEYRING,
				 ENOENT));
	ck_assert(bvm_errno_fits(BVM_CLASS_KERNEL, BVM_OP_KERNEL_BPF, EACCES));
	ck_assert(!bvm_errno_fits(BVM_CLASS_CAPABILITIES, 0, EACCES));
	ck_assert(!bvm_errno_fits(BVM_CLASS_FILES, BVM_OP_FILES_READ,
				  EOPNOTSUPP));
}
END_TEST

/* How many words the operation is refused. */
static u32 num_unfit(u32 class, u32 op)
{
	u32 num = 0;

	for (const struct bvm_name *n = bvm_errno_names; n->name; n++) {
		ck_assert_int_eq(bvm_errno_fits(class, op, n->num),
				 !bvm_errno_why_not(class, op, n->num));
		num += !bvm_errno_fits(class, op, n->num);
	}
	return num;
}

/* Each row of errno.def counts for its own operation, and for no other. */
START_TEST(an_errno_is_refused_where_a_row_says_so)
{
#define BVM_ERRNO_CLASS(CLASS, NAME)
#define BVM_ERRNO_NOT(CLASS, OP, NAME, why) \
	{ BVM_CLASS_##CLASS, BVM_OP_##CLASS##_##OP, NAME },
#define BVM_ERRNO_FIXED(CLASS, OP, why) \
	{ BVM_CLASS_##CLASS, BVM_OP_##CLASS##_##OP, 0 },
	static const struct {
		u32 class;
		u32 op;
		u32 err;
	} rows[] = {
#include "vm/errno.def"
	};
#undef BVM_ERRNO_CLASS
#undef BVM_ERRNO_NOT
#undef BVM_ERRNO_FIXED
	u32 expected[BVM_NUM_CLASSES][BVM_MAX_OPS] = { 0 };
	u32 num_words = 0;

	for (const struct bvm_name *n = bvm_errno_names; n->name; n++)
		num_words++;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		expected[rows[i].class][rows[i].op] +=
			rows[i].err ? 1 : num_words - 1;
		ck_assert(!rows[i].err ||
			  !bvm_errno_fits(rows[i].class, rows[i].op,
					  rows[i].err));
	}
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		for (u32 op = 0; op < BVM_MAX_OPS; op++)
			ck_assert_uint_eq(num_unfit(class, op),
					  expected[class][op]);
}
END_TEST

START_TEST(offsets_are_those_of_the_structures)
{
	const struct bvm_field *f = bvm_classes[BVM_CLASS_NETWORK].fields;

	ck_assert_str_eq(f[10].name, "remote");
	ck_assert_uint_eq(f[10].off, offsetof(struct bvm_ctx_network, remote));
	ck_assert_uint_eq(f[10].kind, BVM_FIELD_ADDR);
	f = bvm_classes[BVM_CLASS_FILES].fields;
	ck_assert_str_eq(f[6].name, "path");
	ck_assert_uint_eq(f[6].off, offsetof(struct bvm_ctx_files, path));
	ck_assert_uint_eq(f[6].kind, BVM_FIELD_STR);
}
END_TEST

START_TEST(operations_are_found_by_name)
{
	u32 class, op;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		ck_assert_uint_eq(bvm_class_by_name(bvm_classes[class].name),
				  class);
		for (op = 0; op < BVM_MAX_OPS; op++) {
			const struct bvm_op_info *info =
				&bvm_classes[class].ops[op];

			if (!info->name)
				continue;
			ck_assert_int_eq(bvm_op_by_name(class, info->name),
					 (int)op);
			ck_assert_str_eq(bvm_op_name(class, op), info->name);
			ck_assert_int_eq((bvm_classes[class].mediated >> op &
					  1),
					 info->how <= BVM_HOW_PLAIN);
		}
	}
	ck_assert_uint_eq(bvm_class_by_name("file"), 0);
	ck_assert_int_eq(bvm_op_by_name(BVM_CLASS_FILES, "mount"), -1);
	ck_assert_int_eq(bvm_op_by_name(0, "read"), -1);
	ck_assert_int_eq(bvm_op_by_name(BVM_NUM_CLASSES, "read"), -1);
	ck_assert_str_eq(bvm_op_name(BVM_CLASS_FILES, 63), "?");
	ck_assert_str_eq(bvm_op_name(99, 0), "?");
}
END_TEST

START_TEST(groups_hold_known_operations)
{
	u32 class, i, op, num = 0;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_class_info *c = &bvm_classes[class];

		num += c->num_groups;
		for (i = 0; i < c->num_groups; i++) {
			for (op = 0; op < BVM_MAX_OPS; op++) {
				if (c->groups[i].ops >> op & 1)
					ck_assert_ptr_nonnull(c->ops[op].name);
			}
			ck_assert_uint_ne(c->groups[i].ops, 0);
		}
	}
	ck_assert_uint_eq(bvm_classes[BVM_CLASS_FILES].num_groups, 5);
	ck_assert_uint_eq(bvm_classes[BVM_CLASS_NETWORK].num_groups, 2);
	ck_assert_uint_eq(bvm_classes[BVM_CLASS_TASKS].num_groups, 1);
	ck_assert_uint_eq(num, 8);
}
END_TEST

START_TEST(names_and_numbers_are_one_to_one)
{
	static const struct bvm_name *const tables[] = {
		bvm_kind_names,	    bvm_reason_names, bvm_errno_names,
		bvm_cap_names,	    bvm_family_names, bvm_socktype_names,
		bvm_protocol_names,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct bvm_name *n;

		for (n = tables[i]; n->name; n++) {
			ck_assert_str_eq(bvm_name_of(tables[i], n->num),
					 n->name);
			ck_assert_int_eq(bvm_name_find(tables[i], n->name),
					 n->num);
		}
		ck_assert_ptr_ne(n, tables[i]);
		ck_assert_int_eq(bvm_name_find(tables[i], "nonsense"), -1);
		ck_assert_ptr_null(bvm_name_of(tables[i], 9999));
	}
	ck_assert_int_eq(bvm_name_find(bvm_errno_names, "EACCES"), EACCES);
	ck_assert_int_eq(bvm_name_find(bvm_cap_names, "net_admin"), 12);
	ck_assert_str_eq(bvm_name_of(bvm_reason_names, BVM_REASON_WIDENS),
			 "widens");
}
END_TEST

/* One number of a ctx, set to what it may hold at most and to one more. */
static void check_promise(u32 class, const struct bvm_field *field)
{
	union {
		u8 bytes[512];
		u64 align;
	} ctx = { { 0 } };
	u64 value = field->max;

	ck_assert_uint_le(bvm_classes[class].ctx_size, sizeof(ctx));
	memcpy(ctx.bytes + field->off, &value, field->size);
	ck_assert_msg(bvm_ctx_keeps_promises(class, &ctx), "%s", field->name);
	value++;
	memcpy(ctx.bytes + field->off, &value, field->size);
	ck_assert_msg(field->max == U32_MAX ||
			      !bvm_ctx_keeps_promises(class, &ctx),
		      "%s", field->name);
}

START_TEST(a_ctx_holds_what_its_rows_promise)
{
	u32 class, i, num = 0;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_class_info *info = &bvm_classes[class];

		for (i = 0; i < info->num_fields; i++) {
			if (info->fields[i].kind != BVM_FIELD_SCALAR)
				continue;
			check_promise(class, &info->fields[i]);
			num++;
		}
	}
	ck_assert_uint_gt(num, 30);
	ck_assert(!bvm_ctx_keeps_promises(0, ""));
	ck_assert(!bvm_ctx_keeps_promises(BVM_NUM_CLASSES, ""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hooks");
	TCase *tc = tcase_create("hooks");

	tcase_add_test(tc, fields_lie_in_order_inside_their_ctx);
	tcase_add_test(tc, every_class_judges_something_and_counts_from_0);
	tcase_add_test(tc,
		       every_class_has_an_errno_that_all_its_operations_stand);
	tcase_add_test(tc, an_errno_that_is_an_order_fits_nowhere);
	tcase_add_test(tc, an_operation_may_refuse_an_errno_and_says_why);
	tcase_add_test(tc, an_errno_is_refused_where_a_row_says_so);
	tcase_add_test(tc, offsets_are_those_of_the_structures);
	tcase_add_test(tc, operations_are_found_by_name);
	tcase_add_test(tc, groups_hold_known_operations);
	tcase_add_test(tc, names_and_numbers_are_one_to_one);
	tcase_add_test(tc, a_ctx_holds_what_its_rows_promise);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
