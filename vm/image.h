/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * image.h - a compiled policy as one file, and the only parser of its bytes
 *
 *   +--------+--------------------+---------+---------+-----+
 *   | header | section table      | section | section | ... |
 *   +--------+--------------------+---------+---------+-----+
 *   0        64                   sections start at multiples of 8
 *
 * Everything is little-endian. Sections follow each other in the order of the
 * table, which is ascending by type, then id; each is padded to 8 bytes with
 * zeroes, and nothing lies between or after them. The id of a section that is
 * neither table nor program is 0.
 * The parser refuses what it does not know: unknown section types, flags and
 * non-zero reserved fields. It borrows the bytes and allocates nothing, so
 * the caller keeps them, unchanged, for as long as it uses the result.
 */
#ifndef BVM_IMAGE_H
#define BVM_IMAGE_H

#include "hooks.h"
#include "limits.h"
#include "port.h"

#define BVM_IMAGE_MAGIC "BAILIFF" /* 8 bytes with the NUL */
#define BVM_IMAGE_VERSION 1 /* layout of this file */
#define BVM_LANGUAGE_VERSION 1 /* `bailiff: 1` */

struct bvm_image_header {
	u8 magic[8];
	u32 version; /* BVM_IMAGE_VERSION */
	u32 language; /* BVM_LANGUAGE_VERSION */
	u32 len; /* bytes of the whole file */
	u32 num_sections;
	u32 flags; /* 0 */
	u32 reserved; /* 0 */
	u8 source_digest[32]; /* SHA-256 over the policy's sources */
};

enum bvm_section_type {
	BVM_SECTION_META = 1, /* one struct bvm_meta, required, first */
	BVM_SECTION_STRINGS = 2, /* NUL-terminated, required; offset 0 is "" */
	BVM_SECTION_RULES = 3, /* struct bvm_rule []; rule n is element n-1 */
	BVM_SECTION_TABLE = 4, /* id = table index, from 0 without gaps */
	/* id = class; one for each class that has mediated operations */
	BVM_SECTION_PROGRAM = 5,
	BVM_SECTION_RIGHTS = 6, /* struct bvm_rights_header, rows, closures */
	BVM_SECTION_SELECTORS = 7, /* struct bvm_selector [] */
	BVM_SECTION_START = 8, /* one struct bvm_start, if it waits */
	/* struct bvm_syscalls, then its instructions; if there is a filter */
	BVM_SECTION_SYSCALLS = 9,
	/* struct bvm_place [BVM_NUM_CLASSES], by class; may be left out */
	BVM_SECTION_DEFAULTS = 10,
};

struct bvm_section {
	u32 type; /* enum bvm_section_type */
	u32 id;
	u32 off; /* bytes from the start of the file */
	u32 len; /* bytes, without padding */
};

#define BVM_META_PATH_RULES (1u << 0) /* RIGHTS is there: names decide */
#define BVM_META_ENTER_SELF (1u << 1) /* `enter: self` */
#define BVM_META_INSTANCE (1u << 2) /* one container's: selects no other */
#define BVM_META_ALL_FLAGS 7u

struct bvm_meta {
	u32 name; /* string offset; [a-z0-9][a-z0-9._-]*, under BVM_MAX_NAME */
	u32 description; /* string offset */
	u32 flags; /* BVM_META_* */
	u32 audit_classes; /* bit n: class n is in audit mode */
	u32 unmediated; /* bit n: class n may go unmediated */
	u32 num_slots; /* words of state for a container, all 0 at first */
	u32 budget_insns; /* the most a program may execute; 0 = no limit */
	u32 budget_steps; /* the most table steps of one; 0 = no limit */
};

_Static_assert(sizeof(struct bvm_meta) == 32, "no padding in the image");

enum bvm_rule_kind {
	BVM_RULE_ALLOW = 0,
	BVM_RULE_DENY = 1,
	BVM_RULE_AUDIT = 2,
};

/* What the kernel and the tools must know of a rule to name it. */
struct bvm_rule {
	u64 ops; /* operations, BVM_BIT() */
	u32 file; /* string offset: source file */
	u32 line; /* from 1 */
	u32 message; /* string offset, "" if none */
	u16 class; /* enum bvm_class */
	u8 kind; /* enum bvm_rule_kind */
	u8 needs; /* BVM_NEEDS_*, of the kernel: it refuses what it lacks */
};

/* The domains of the parts of an MPTCP socket: who connects to it is judged. */
#define BVM_NEEDS_MPTCP_SOURCE (1u << 0)
/* The domains of sockets: whose the other end of a unix socket is. */
#define BVM_NEEDS_SOCKET_PEER (1u << 1)
#define BVM_NEEDS_ALL 3u

enum bvm_selector_kind {
	BVM_SELECT_IMAGE = 1,
	BVM_SELECT_NAME = 2,
	BVM_SELECT_LABEL = 3,
	BVM_SELECT_ANNOTATION = 4,
	BVM_SELECT_UNIT = 5,
	BVM_SELECT_CGROUP = 6,
};

/* Which containers the policy is for; the kernel only checks the shape. */
struct bvm_selector {
	u32 kind; /* enum bvm_selector_kind */
	u32 key; /* string offset: label or annotation name, else "" */
	u32 value; /* string offset: a glob */
	u32 reserved; /* 0 */
};

/*
 * `start: after exec PATTERN`. A container waits, and its decisions are as in
 * audit mode, until one of its tasks executes a file whose path the DFA
 * accepts, or the time is over.
 */
struct bvm_start {
	u32 dfa; /* table index; a path that it accepts starts the container */
	u32 timeout_s; /* seconds from its first task on, 1 .. BVM_MAX_START_S */
};

/* Where a policy says what becomes of a class when no rule matches. */
struct bvm_place {
	u32 file; /* string offset: source file */
	u32 line; /* from 1; of class 0, which is none, both are 0 */
};

/*
 * A seccomp filter, for who starts a program under the policy; the kernel
 * checks its shape alone, since seccomp(2) verifies the instructions.
 */
struct bvm_syscalls {
	u32 arch; /* AUDIT_ARCH_* that it is for */
	u32 flags; /* BVM_SYSCALLS_* */
	u32 num_insns; /* 1 .. BVM_MAX_FILTER */
	u32 reserved; /* 0 */
};

/* Who starts the container installs a filter: it may be bound. */
#define BVM_SYSCALLS_RUNTIME (1u << 0)
#define BVM_SYSCALLS_ALL_FLAGS 1u

/* struct sock_filter */
struct bvm_filter_insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

_Static_assert(sizeof(struct bvm_filter_insn) == 8, "as seccomp(2) takes it");

/* A program: this header, then insns of 8 bytes. */
struct bvm_program_header {
	u32 num_insns;
	u32 stack_bytes; /* as the verifier finds it */
	u32 max_insns; /* longest path, as the verifier finds it */
	u32 max_calls; /* most helper calls on a path */
	u64 max_steps; /* most table steps on a path */
};

/*
 * RIGHTS: over everything a path names, for link, rename and bind mounts. This
 * header, then
 *
 *	struct bvm_rights rows[num_rows]	by accept row of the DFA; row 0
 *						is a path no pattern matches
 *	struct bvm_rights closures[num_closures]
 *	u32 closure_of[count of the DFA]	index of closures
 *
 * A row says what may and must be allowed under a name that ends in a state of
 * that row; a closure, the same of a state and of all states that any bytes
 * lead to from it: `may` of any of them, `must` of all.
 */
struct bvm_rights_header {
	u32 dfa; /* table index */
	u32 num_rows;
	u32 num_closures;
	u32 reserved; /* 0 */
};

struct bvm_rights {
	u64 may; /* granted under some condition */
	u64 must; /* granted under all conditions; a subset of may */
};

/*
 * Bits of a right: operations of class files by their number, then those of
 * the other classes that paths decide.
 */
#define BVM_RIGHT_FILES_OPS 40
#define BVM_RIGHT_NETWORK_SHIFT 40 /* + operation, 0-7: a unix socket there */
/*
 * Rules of network without a path say the same of every name, so its bits are
 * about rules with paths alone: one allows the operation. In the places of
 * `create` and `receive`, which no path decides: none denies `connect` or
 * `send`; none denies `bind`, `listen` or `accept`.
 */
#define BVM_RIGHT_UNIX(op) (1ull << (BVM_RIGHT_NETWORK_SHIFT + (op)))
#define BVM_RIGHT_UNIX_REACH BVM_RIGHT_UNIX(0)
#define BVM_RIGHT_UNIX_SERVE BVM_RIGHT_UNIX(6)
#define BVM_RIGHT_SOURCE_SHIFT \
	48 /* + 0-14: what rules of mounts ask of a source */
#define BVM_RIGHT_SOURCE_BITS 15
#define BVM_RIGHT_EXEC_SHIFT 63
#define BVM_RIGHT_EXEC (1ull << BVM_RIGHT_EXEC_SHIFT)

/* ---- tables: this header, then what the kind says ---- */

enum bvm_table_kind {
	BVM_TABLE_SLOT = 0, /* no table: a helper's r2 is a slot's index */
#define BVM_TABLE(num, KIND, kind, units) BVM_TABLE_##KIND = num,
#include "tables.def"
#undef BVM_TABLE
	BVM_NUM_TABLE_KINDS
};

struct bvm_table_header {
	u32 kind; /* enum bvm_table_kind */
	u32 count; /* of what tables.def says: states, keys, ... */
	/*
	 * cells of DFA and ARGV, values of LPM and PRODUCT, entries of LISTS,
	 * bytes of a key of KEYS and HASH; else 0
	 */
	u32 aux;
	u32 reserved; /* 0 */
};

/*
 * DFA: struct bvm_dfa_head, struct bvm_dfa_state[count],
 * struct bvm_dfa_cell[aux], u8 tails[tail_len]. One step on byte b:
 *
 *	cell = cells[state.base + classmap[b]]
 *	next = cell.check == state ? cell.next : state.def
 *
 * Most states of a large automaton wait for one byte. A row of them is a tail,
 * one byte of 1..127 for each, and then the state it ends in, in four bytes
 * with the high bit set, seven bits each, the low ones first:
 *
 *	tails   . . c o n f 82 81 80 80 . .	"conf" leads to state 130
 *
 * State count + i is to wait at tails[i]. Any other byte leads to tail_def, and
 * what that state accepts is accepted in the tail, too. A cell may lead into
 * tails, where they are text; nothing else does. A byte of a tail is alone in
 * its class, so two bytes of one class lead to the same state from any.
 *
 * base + num_classes <= aux, so the cell always exists. A cell lies within
 * num_classes of its owner's base. classmap[0] is any class: paths hold no
 * NUL, and a NUL ends a walk without a step.
 *
 * ARGV: the same, for the arguments of a program after argv[0], each followed
 * by its NUL, which is a byte as any other: no argument is no byte.
 */
struct bvm_dfa_head {
	u32 start;
	u32 num_classes; /* 1..256 */
	u32 tail_len;
	u32 tail_def; /* below count */
	u8 classmap[256];
};

struct bvm_dfa_state {
	u32 base; /* first cell */
	u32 def; /* next state where no cell is this state's */
	u32 accept; /* row; 0 = not accepting */
};

struct bvm_dfa_cell {
	u32 check; /* the state that owns the cell, U32_MAX = none */
	u32 next;
};

/*
 * LPM: prefixes, ascending by address, then length, as arrays of count:
 *
 *	u8  addr[][16]	bits past the length are 0
 *	u32 parent[]	the longest other prefix that holds this one
 *	u32 value[]	index of values
 *	u8  len[]	0..128 bits; then zeroes up to a multiple of 8
 *	u64 values[aux]
 *
 * Prefix 0 is the root: it has length 0, holds everything, and is its own
 * parent. All prefixes that hold an address are the last one that is not above
 * it and those on the way from there to the root; so a look-up is a binary
 * search and a climb, and a prefix costs 25 bytes. Nesting is at most 129 deep,
 * since each length is greater than its parent's.
 */

/* SET: u64 keys[count], strictly ascending. */

/* RANGE: intervals, ascending, not overlapping. */
struct bvm_range {
	u64 lo;
	u64 hi; /* inclusive */
	u64 value;
};

/* ARRAY: u32 elements[count]. */

/*
 * LISTS: u32 first[count + 1] (padded to 8), struct bvm_decision[aux]. List i
 * is entries first[i] .. first[i+1]-1; first[0] is 0, first[count] is aux,
 * lists are not empty, and the last entry of each has need 0: an answer
 * always exists.
 */
struct bvm_decision {
	u64 need; /* predicates, all of which must hold */
	u32 verdict; /* a denial has an errno; its rule is one of RULES, or 0 */
	u32 reserved; /* 0 */
};

/*
 * KEYS: strings of aux bytes, ascending as memcmp has it, each with a value
 * that is not 0: u8 keys[count][aux] (padded to 8), u64 values[count].
 *
 * HASH: the same keys and values in the order of their buckets, in a bucket
 * ascending. This head, u32 first[num_buckets + 1] (padded to 8), keys and
 * values as above. Bucket i is keys first[i] .. first[i+1]-1, those of which
 * bvm_hash() modulo num_buckets is i. A key that is asked for is compared with
 * one bucket, so nobody who chooses keys can make that longer than max_bucket.
 */
struct bvm_hash_head {
	u64 seed;
	u32 num_buckets; /* a power of 2 */
	u32 max_bucket; /* keys in the fullest one */
};

/*
 * PRODUCT: keys that consist of count components, each a big-endian number of
 * 1 to 16 bytes, without anything between them; and for each key a value. It
 * is an automaton that reads a component a step:
 *
 *	component 0      component 1         component 2     values
 *	node 0: 0.. ----> node 0: 0.. ------------------------> [0] = 0
 *	       10.. --\          80.. ---> node 0: 0.. ------/
 *	       11.. -> \                          6.. -------> [1] = 5
 *	          ...   `-> node 1: ...
 *
 * A node cuts all numbers into intervals by their first ones, ascending from
 * 0, and each leads to a node of the next component, in the end to a value.
 * So any set of products of ranges can be written down, and a look-up is a
 * binary search a component. Neighbours lead to different nodes; nodes and
 * values are numbered in the order in which they are first led to, so each is
 * reached.
 *
 * struct bvm_component[count]; for each component u32 first[num_nodes + 1]
 * (node i is bounds first[i] .. first[i+1]-1), u32 next[num_bounds] (padded to
 * 8), u8 bounds[num_bounds][width] (padded to 8); then u64 values[aux].
 */
struct bvm_component {
	u32 width; /* bytes */
	u32 num_nodes; /* 1 for component 0 */
	u32 num_bounds;
	u32 reserved; /* 0 */
};

/*
 * RATES: struct bvm_rate[count], ascending by slot, no slot twice. A bucket
 * holds up to `burst` tokens, is full at first, and gets one every interval.
 */
struct bvm_rate {
	u64 interval_ns; /* 1 .. BVM_MAX_RATE_NS / burst */
	u32 burst; /* 1 .. */
	u32 slot; /* that keeps the bucket's state */
};

/* ---- the parsed image ---- */

struct bvm_insn; /* insn.h */

struct bvm_table {
	u32 kind;
	u32 count;
	u32 aux;
	u32 max_steps; /* most steps of one look-up */
	u32 key_len; /* bytes that a helper's KEY must have; 0: takes none */
	union {
		struct {
			const struct bvm_dfa_head *head;
			const struct bvm_dfa_state *states;
			const struct bvm_dfa_cell *cells;
			const u8 *tails;
			u32 num_rows; /* greatest accept row + 1 */
		} dfa;
		struct {
			const u8 *addr; /* 16 bytes each */
			const u32 *parent;
			const u32 *value;
			const u8 *len;
			const u64 *values;
		} lpm;
		const u64 *keys;
		const struct bvm_range *ranges;
		const u32 *elements;
		struct {
			const u32 *first;
			const struct bvm_decision *entries;
		} lists;
		struct {
			const struct bvm_hash_head *head; /* NULL: KEYS */
			const u32 *first; /* NULL: KEYS */
			const u8 *bytes;
			const u64 *values;
		} byte_keys;
		struct {
			const struct bvm_component *components;
			struct {
				const u32 *first;
				const u32 *next;
				const u8 *bounds;
			} level[BVM_MAX_COMPONENTS];
			const u64 *values;
		} product;
		const struct bvm_rate *rates;
	};
};

struct bvm_program {
	const struct bvm_program_header *header; /* NULL: no such program */
	const struct bvm_insn *insns;
};

struct bvm_image {
	const u8 *bytes; /* borrowed */
	size_t len;
	const struct bvm_image_header *header;
	const struct bvm_meta *meta;
	const char *strings;
	u32 strings_len;
	const char *name; /* of the policy */
	const struct bvm_rule *rules;
	u32 num_rules;
	const struct bvm_selector *selectors;
	u32 num_selectors;
	const struct bvm_start *start; /* NULL: in force from the beginning */
	const struct bvm_syscalls *syscalls; /* NULL: no filter */
	const struct bvm_filter_insn *filter; /* of syscalls */
	const struct bvm_place *defaults; /* by class; NULL: it does not say */
	u32 rights_dfa; /* table index, U32_MAX if there is no RIGHTS section */
	const struct bvm_rights *rights;
	u32 num_rights;
	const struct bvm_rights *closures;
	u32 num_closures;
	const u32 *closure_of; /* by state of rights_dfa */
	struct bvm_program programs[BVM_NUM_CLASSES];
	u32 num_tables;
	struct bvm_table tables[BVM_MAX_TABLES];
};

/* Has it a filter that comes only with a launcher of Bailiff's? */
static inline bool bvm_image_wants_launcher(const struct bvm_image *image)
{
	return image->syscalls &&
	       !(image->syscalls->flags & BVM_SYSCALLS_RUNTIME);
}

/* Why bytes were refused: errno, where, and a sentence for people. */
struct bvm_error {
	int code; /* -errno */
	u32 off; /* byte offset in the image, or instruction number */
	char text[256];
};

/* Fill err (which may be NULL) and return code. */
int __printf(4, 5) bvm_fail(struct bvm_error *err, int code, u32 off,
			    const char *fmt, ...);

/*
 * Check every length, index and reserved field of an image and fill img.
 *
 * Programs are located, not verified: call bvm_image_verify next. bytes must
 * be aligned to 8. Does not sleep, does not allocate; cost is linear in len.
 *
 * Return: 0; -EINVAL malformed (err says where); -E2BIG past a limit;
 * -EPROTONOSUPPORT another version; -EMSGSIZE truncated or trailing bytes.
 */
int __must_check bvm_image_parse(const void *bytes, size_t len,
				 struct bvm_image *img, struct bvm_error *err);

/* Whether a string can name a policy: [a-z0-9][a-z0-9._-]*, not too long. */
bool bvm_is_name(const char *name);

/* String at an offset that the parser has checked. */
static inline const char *bvm_image_string(const struct bvm_image *img, u32 off)
{
	return img->strings + off;
}

#endif /* BVM_IMAGE_H */
