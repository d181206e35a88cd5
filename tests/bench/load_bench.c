// SPDX-License-Identifier: GPL-2.0-only
/*
 * load_bench.c - what it costs to load an image, and to look its tables up
 *
 * usage: load_bench CASE SIZE IMAGE
 *
 * SIZE is how many rules or prefixes the image was made of; see policy.awk.
 */
#include <stdlib.h>

#include "measure.h"
#include "vm/table.h"
#include "vm/verify.h"

#define BENCH "load"
#define NUM_ADDRS 65536 /* far more than a cache of trie nodes holds */

static struct bvm_image image;
static struct bvm_error err;
static u8 *bytes;
static size_t num_bytes;
static void *scratch;
static struct bvm_addr addrs[NUM_ADDRS];
static u64 sink;

static void fail(const char *what)
{
	fprintf(stderr, "load_bench: %s\n", what);
	exit(1);
}

static void run_parse(void *arg)
{
	(void)arg;
	if (bvm_image_parse(bytes, num_bytes, &image, &err))
		fail(err.text);
}

static void run_verify(void *arg)
{
	(void)arg;
	if (bvm_image_verify(&image, BVM_KERNEL_STACK, scratch, &err))
		fail(err.text);
}

static void run_lookups(void *arg)
{
	const struct bvm_table *table = arg;
	u32 i;

	for (i = 0; i < NUM_ADDRS; i++)
		sink += bvm_lpm_lookup(table, &addrs[i]);
}

static void read_image(const char *path)
{
	FILE *file = fopen(path, "rb");
	long len;

	if (!file || fseek(file, 0, SEEK_END) || (len = ftell(file)) < 0 ||
	    fseek(file, 0, SEEK_SET))
		fail("cannot read the image");
	num_bytes = (size_t)len;
	bytes = malloc(num_bytes);
	if (!bytes || fread(bytes, 1, num_bytes, file) != num_bytes)
		fail("cannot read the image");
	fclose(file);
}

/* IPv4, as the tables have it: ::ffff:a.b.c.d; always the same ones. */
static void make_addrs(void)
{
	u64 seed = 1;
	u32 i, word;

	for (i = 0; i < NUM_ADDRS; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		word = (u32)(seed >> 32);
		addrs[i] = (struct bvm_addr){
			.bytes = { [10] = 0xff, [11] = 0xff }
		};
		memcpy(addrs[i].bytes + 12, &word, sizeof(word));
	}
}

static struct bvm_table *find_lpm(void)
{
	u32 i;

	for (i = 0; i < image.num_tables; i++) {
		if (image.tables[i].kind == BVM_TABLE_LPM)
			return &image.tables[i];
	}
	return NULL;
}

static void bench_lookups(const char *name, u32 size)
{
	struct bvm_table *table = find_lpm();
	struct column column = { .run = run_lookups, .arg = table };
	u32 i, hits = 0;

	if (!table)
		return;
	make_addrs();
	for (i = 0; i < NUM_ADDRS; i++)
		hits += bvm_lpm_lookup(table, &addrs[i]) != 0;
	measure(&column, 1);
	row(BENCH, name, size, "look-up ns", column.ns / NUM_ADDRS, "ns", NULL);
	row(BENCH, name, size, "found", 100.0 * hits / NUM_ADDRS, "%", NULL);
}

int main(int argc, char **argv)
{
	struct column columns[] = { { .run = run_parse },
				    { .run = run_verify } };
	const char *name = argc == 4 ? argv[1] : "";
	u32 size;

	if (argc != 4)
		fail("usage: load_bench CASE SIZE IMAGE");
	size = (u32)strtoul(argv[2], NULL, 10);
	read_image(argv[3]);
	scratch = malloc(bvm_verify_scratch());
	if (!size || !scratch)
		fail("a size and memory are needed");
	measure_pin();
	run_parse(NULL);
	measure(columns, ARRAY_SIZE(columns));
	row(BENCH, name, size, "bytes", (double)num_bytes, "B", NULL);
	row(BENCH, name, size, "bytes each", (double)num_bytes / size, "B",
	    NULL);
	row(BENCH, name, size, "parse ms", columns[0].ns / 1e6, "ms", NULL);
	row(BENCH, name, size, "verify ms", columns[1].ns / 1e6, "ms", NULL);
	row(BENCH, name, size, "verify KiB", bvm_verify_scratch() / 1024.0,
	    "KiB", NULL);
	row(BENCH, name, size, "ns each",
	    (columns[0].ns + columns[1].ns) / size, "ns", NULL);
	bench_lookups(name, size);
	free(scratch);
	free(bytes);
	return 0;
}
