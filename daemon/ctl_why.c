// SPDX-License-Identifier: GPL-2.0-only
/* ctl_why.c - why and suggest: explain denials, and say how to allow them */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "logread.h"
#include "remedy.h"
#include "srcline.h"

/* Return: CTL_YES with an owned log; another exit code after a complaint. */
static int open_log(const char *file, FILE **log)
{
	*log = fopen(file, "re");
	if (!*log) {
		ctl_error("%s: %s%s", file, strerror(errno),
			  errno == ENOENT ? "; bailiffd writes it" : "");
		return CTL_LACKS;
	}
	if (logread_is_log(*log, file))
		return CTL_YES;
	fclose(*log);
	return CTL_USAGE;
}

static bool is_denial(const json_t *record)
{
	const char *outcome = logread_string(record, "outcome");

	return !strcmp(outcome, "denied") || !strcmp(outcome, "would-deny");
}

/* The last denial of a container or a policy; of any if who is NULL. */
static json_t *last_denial(FILE *log, const char *who)
{
	json_t *record, *last = NULL;
	char *line = NULL;
	size_t size = 0;

	while ((record = logread_next(log, &line, &size))) {
		if (is_denial(record) &&
		    (!who ||
		     !strcmp(logread_string(record, "container"), who) ||
		     !strcmp(logread_string(record, "name"), who) ||
		     !strcmp(logread_string(record, "policy"), who))) {
			json_decref(last);
			last = record;
		} else {
			json_decref(record);
		}
	}
	free(line);
	return last;
}

/*
 * The i-th log that was moved away since, 1 the newest. Return: NULL if there is
 * none; the caller closes it.
 */
static FILE *open_moved(const char *file, unsigned int i)
{
	char name[PATH_MAX];

	if ((size_t)snprintf(name, sizeof(name), "%s.%u", file, i) >=
	    sizeof(name))
		return NULL;
	return fopen(name, "re");
}

/* The same in the newest log that was moved away and has one. */
static json_t *last_moved_denial(const char *file, const char *who)
{
	json_t *record = NULL;
	FILE *log;

	for (unsigned int i = 1; !record && (log = open_moved(file, i)); i++) {
		record = last_denial(log, who);
		fclose(log);
	}
	return record;
}

/* The line of YAML that decided, if it can be read here. */
static void print_source(const char *file, long long number)
{
	struct srcline source = {};
	const char *line = srcline_get(&source, file, number);

	if (line) {
		printf("    %lld | ", number);
		text_put_safe(line, stdout);
		putchar('\n');
	}
	srcline_free(&source);
}

static void print_cause(const json_t *record)
{
	const char *file = logread_string(record, "file");
	const char *message = logread_string(record, "message");
	long long rule = logread_number(record, "rule");
	struct text policy = {}, where = {};

	text_add_safe(&policy, logread_string(record, "policy"), "");
	text_add_safe(&where,
		      rule ? file :
			     logread_reason(logread_string(record, "reason")),
		      "");
	if (rule)
		printf("Rule %lld of policy %s decided, at %s:%lld:\n", rule,
		       text_string(&policy), text_string(&where),
		       logread_number(record, "line"));
	else
		printf("Policy %s (generation %lld): %s.\n",
		       text_string(&policy),
		       logread_number(record, "generation"),
		       text_string(&where));
	text_free(&policy);
	text_free(&where);
	if (*file)
		print_source(file, logread_number(record, "line"));
	if (*message) {
		fputs("The policy says: ", stdout);
		text_put_safe(message, stdout);
		putchar('\n');
	}
}

static void explain(const struct ctl *ctl, const json_t *record)
{
	bool denied = !strcmp(logread_string(record, "outcome"), "denied");
	struct remedy *remedy = remedy_create();

	logread_print(record, ctl->color, stdout);
	putchar('\n');
	print_cause(record);
	if (!denied)
		puts("It was allowed: the class is in audit mode.");
	if (!remedy)
		return;
	remedy_add(remedy, record);
	puts("\nTo allow it:\n");
	remedy_print_yaml(remedy, stdout);
	remedy_free(remedy);
}

/* The YAML as text, of which there is none for what nothing would allow. */
static json_t *remedy_json(const json_t *record)
{
	struct remedy *remedy = remedy_create();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *value = NULL;

	if (remedy && out) {
		remedy_add(remedy, record);
		remedy_print_yaml(remedy, out);
	}
	if (out && !fclose(out) && remedy)
		value = ctl_string(text);
	free(text);
	remedy_free(remedy);
	return value;
}

static json_t *source_json(const json_t *record)
{
	const char *file = logread_string(record, "file");
	struct srcline source = {};
	const char *line = *file ? srcline_get(&source, file,
					       logread_number(record, "line")) :
				   NULL;
	json_t *value = line ? ctl_string(line) : json_null();

	srcline_free(&source);
	return value;
}

/* record is NULL if there is none. Return: CTL_YES, or CTL_BUG. */
static int print_why_json(json_t *record)
{
	json_t *object = record ? json_pack("{s:O, s:o, s:o}", "record", record,
					    "source", source_json(record),
					    "yaml", remedy_json(record)) :
				  json_pack("{s:n}", "record");

	if (!object)
		return CTL_BUG;
	ctl_dump(object);
	json_decref(object);
	return CTL_YES;
}

static int print_why(const struct ctl *ctl, json_t *record, const char *who,
		     bool json)
{
	if (json)
		return print_why_json(record);
	if (record)
		explain(ctl, record);
	else
		printf("no denial%s%s in the log\n", who ? " of " : "",
		       who ? who : "");
	return CTL_YES;
}

static const struct option why_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

int ctl_why(struct ctl *ctl, int argc, char **argv)
{
	const char *who, *file;
	bool json = false;
	json_t *record;
	FILE *log;
	int opt, code;

	while ((opt = getopt_long(argc, argv, "", why_options, NULL)) != -1) {
		if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
		json = true;
	}
	if (argc - optind > 2)
		return ctl_usage(argv[0], "name at most a container or policy "
					  "and a log");
	who = optind < argc ? argv[optind] : NULL;
	file = optind + 1 < argc ? argv[optind + 1] : ctl->log;
	code = open_log(file, &log);
	if (code)
		return code;
	record = last_denial(log, who) ?: last_moved_denial(file, who);
	fclose(log);
	code = print_why(ctl, record, who, json);
	if (!code && !record)
		code = CTL_NO;
	json_decref(record);
	return code;
}

struct selection {
	const char *file;
	const char *policy; /* or NULL */
	unsigned long long since; /* seq of the first record */
	bool json;
};

static const struct option options[] = {
	{ "since", required_argument, NULL, 's' },
	{ "policy", required_argument, NULL, 'p' },
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct selection *selection, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'p')
			selection->policy = optarg;
		else if (opt == 'j')
			selection->json = true;
		else if (opt != 's')
			return ctl_usage(argv[0], "bad option");
		else if (text_number(optarg, INT64_MAX, &selection->since))
			return ctl_usage(argv[0], "--since: not a number");
	}
	if (optind < argc)
		selection->file = argv[optind++];
	if (optind != argc)
		return ctl_usage(argv[0], "'%s' is too much", argv[optind]);
	return CTL_YES;
}

static bool is_selected(const struct selection *selection, const json_t *record)
{
	if (logread_number(record, "seq") < (long long)selection->since)
		return false;
	return !selection->policy ||
	       !strcmp(logread_string(record, "policy"), selection->policy);
}

static void collect(FILE *log, const struct selection *selection,
		    struct remedy *remedy)
{
	json_t *record;
	char *line = NULL;
	size_t size = 0;

	while ((record = logread_next(log, &line, &size))) {
		if (is_selected(selection, record))
			(void)remedy_add(remedy, record);
		json_decref(record);
	}
	free(line);
}

/* What was moved away since, the oldest first. */
static void collect_moved(const struct selection *selection,
			  struct remedy *remedy)
{
	unsigned int num = 0;
	FILE *log;

	while ((log = open_moved(selection->file, num + 1))) {
		fclose(log);
		num++;
	}
	for (; num; num--) {
		log = open_moved(selection->file, num);
		if (!log)
			continue;
		collect(log, selection, remedy);
		fclose(log);
	}
}

static int print_suggestion(struct remedy *remedy)
{
	unsigned long long left_out;
	json_t *denials = remedy_denials(remedy, &left_out), *all;
	char *yaml = NULL;
	size_t size;
	FILE *out = open_memstream(&yaml, &size);

	if (!out || !denials) {
		json_decref(denials);
		return CTL_BUG;
	}
	if (remedy_num(remedy))
		remedy_print_yaml(remedy, out);
	fclose(out);
	all = json_pack("{s:o, s:I, s:o}", "denials", denials, "left_out",
			(json_int_t)left_out, "yaml", ctl_string(yaml));
	free(yaml);
	ctl_dump(all);
	json_decref(all);
	return CTL_YES;
}

int ctl_suggest(struct ctl *ctl, int argc, char **argv)
{
	struct selection selection = { .file = ctl->log };
	struct remedy *remedy;
	FILE *log;
	int code;

	code = parse_options(&selection, argc, argv);
	if (code)
		return code;
	code = open_log(selection.file, &log);
	if (code)
		return code;
	remedy = remedy_create();
	/* of a log that was named that one alone */
	if (remedy && selection.file == ctl->log)
		collect_moved(&selection, remedy);
	if (remedy)
		collect(log, &selection, remedy);
	fclose(log);
	if (!remedy)
		return CTL_BUG;
	code = CTL_YES;
	if (selection.json) {
		code = print_suggestion(remedy);
	} else if (!remedy_num(remedy)) {
		puts("nothing was denied");
	} else {
		remedy_print_counts(remedy, stdout);
		puts("\n# what would allow it, an attack's steps as well: take over "
		     "only what belongs");
		remedy_print_yaml(remedy, stdout);
	}
	remedy_free(remedy);
	return code;
}
