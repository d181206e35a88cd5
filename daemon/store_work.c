// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_work.c - one file at a time: compiled, loaded, unloaded, or gone back
 *
 * What changed together is loaded together: nothing is loaded while a file
 * still waits to be compiled.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "images.h"
#include "log.h"
#include "scan.h"
#include "store_parts.h"

#define ONE_NAME                                                             \
	"a policy is made of it for each container, and all would have one " \
	"name: let its name have the variable, too, as 'policy: "            \
	"web-${container.name}'"

/* The other file whose policy this is, or NULL. */
static struct file *owner_of(const struct store *store, const char *policy,
			     const struct file *except)
{
	struct file *file;

	for (file = store->files; file; file = file->next)
		if (file != except && file->state != STATE_REMOVED &&
		    /* one that is about to become another owns it no longer */
		    (!file->has_candidate || file->back ||
		     !strcmp(file->candidate.name, file->policy)) &&
		    !strcmp(file->policy, policy))
			return file;
	return NULL;
}

void store_drop_candidate(struct file *file)
{
	roster_release(&file->candidate);
	file->has_candidate = false;
	file->back = false;
}

void store_set_error(struct store *store, struct file *file, const char *text)
{
	size_t len = strlen(text);

	store_drop_candidate(file);
	file->state = STATE_ERROR;
	/* only a name that can be a policy's has something to go back to */
	file->want_back = !file->policy[0] && scan_is_policy(file->name);
	text_reset(&file->diag);
	text_printf(&file->diag, "%s%s", text,
		    len && text[len - 1] == '\n' ? "" : "\n");
	log_daemon(store->config.log, "error", file->name, text);
}

/* Work on current is over: on to the next. */
static void finish(struct store *store)
{
	struct file *file = store->current;

	store->current = NULL;
	if (file && file->state == STATE_REMOVED && !file->policy[0]) {
		store_forget(store, file);
		store_remove_file(store, file);
	}
	store_work(store);
}

/* ---- what is saved ---- */

static void on_forgotten(void *arg, const struct proto_message *message)
{
	(void)arg;
	(void)message;
}

void store_forget(struct store *store, const struct file *file)
{
	struct proto_message message = { .type = PROTO_FORGET, .fd = -1 };

	if (!scan_is_policy(file->name))
		return;
	strcpy(message.u.file.file, file->name);
	/* if that fails, an old image stays, and is compared with the file */
	(void)link_request(store->config.link, &message, on_forgotten, store);
}

static void on_kept(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct text line = {};

	if (message->u.done.err) {
		text_printf(&line,
			    "its image cannot be saved: %s; after a restart "
			    "it is compiled again",
			    message->u.done.text);
		log_daemon(store->config.log, "warning", store->current->name,
			   text_string(&line));
	}
	text_free(&line);
	finish(store);
}

/* The file is in force: let it be saved, then go on. */
static void keep(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_KEEP, .fd = -1 };

	strcpy(message.u.file.file, file->name);
	store->current = file;
	if (link_request(store->config.link, &message, on_kept, store))
		finish(store);
}

/* ---- unloading ---- */

static void on_unloaded(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;
	const struct proto_done *done = &message->u.done;

	if (!done->err || done->err == -ENOENT) {
		roster_remove(store->config.roster, file->policy);
		file->policy[0] = '\0';
	} else {
		text_reset(&file->diag);
		text_printf(&file->diag, "%s: %s\n", file->policy, done->text);
		file->in_use = true;
		store_arm(store->retry, RETRY_MS);
	}
	finish(store);
}

static void unload(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_UNLOAD, .fd = -1 };
	const struct roster_policy *policy =
		roster_find(store->config.roster, file->policy);

	strcpy(message.u.name.name, file->policy);
	store->current = file;
	/* what was made of a template goes when its containers have gone */
	if (policy && policy->at_bind) {
		roster_remove(store->config.roster, file->policy);
		file->policy[0] = '\0';
		finish(store);
		return;
	}
	if (!link_request(store->config.link, &message, on_unloaded, store))
		return;
	store->current = NULL;
	store_arm(store->retry, RETRY_MS);
}

void store_retire(struct store *store, struct file *file)
{
	struct roster_policy *policy =
		roster_find(store->config.roster, file->policy);

	if (policy)
		policy->retired = true;
	if (file != store->current) /* else it may be being loaded */
		store_drop_candidate(file);
	file->dirty = false;
	file->want_back = false;
	file->in_use = false;
	file->state = STATE_REMOVED;
	text_reset(&file->diag);
}

/*
 * current's file now holds a policy of another name: the old one becomes a
 * removed file of its own, so that it is unloaded when nobody uses it.
 */
static void split_renamed(struct store *store, struct file *file)
{
	char name[PROTO_FILE];
	struct file *old;

	if (!file->policy[0] || !strcmp(file->policy, file->candidate.name) ||
	    /* two files that exchanged their policies */
	    owner_of(store, file->policy, file))
		return;
	/* the blank keeps it apart from every name in the directory */
	snprintf(name, sizeof(name), "%.150s (policy %s)", file->name,
		 file->policy);
	old = store_add_file(store, name);
	if (!old)
		return;
	strcpy(old->policy, file->policy);
	store_retire(store, old);
	file->policy[0] = '\0';
}

/* ---- loading ---- */

/* Another file's remains under the name of this one's candidate. */
static void remove_remains(struct store *store, const struct file *file)
{
	struct file *other, *next;

	for (other = store->files; other; other = next) {
		next = other->next;
		/* it came back, under this or another file's name */
		if (other != file && other->state == STATE_REMOVED &&
		    !strcmp(other->policy, file->candidate.name)) {
			if (strcmp(other->name, file->name))
				store_forget(store, other);
			store_remove_file(store, other);
		}
	}
}

static void say_went_back(struct store *store, struct file *file)
{
	struct text line = {};

	text_printf(&line,
		    "the last good version of this file is in force instead: "
		    "policy %s, digest %.12s",
		    file->policy, file->candidate.digest);
	text_printf(&file->diag, "%s\n", text_string(&line));
	log_daemon(store->config.log, "warning", file->name,
		   text_string(&line));
	text_free(&line);
}

/* People see no policy of that name: they are to know why. */
static void say_template(struct file *file)
{
	const uint32_t at_bind = file->candidate.at_bind;

	if (at_bind)
		text_printf(&file->diag,
			    "a policy is made of it for each container, which "
			    "has to say:%s%s%s\n",
			    at_bind & IMAGES_NAME ? " container.name" : "",
			    at_bind & IMAGES_IMAGE ? " container.image" : "",
			    at_bind & IMAGES_UNIT ? " unit.instance" : "");
}

/* The candidate is what the kernel runs now, or a template in the roster. */
static void activate(struct store *store, struct file *file)
{
	bool back = file->back;

	split_renamed(store, file);
	remove_remains(store, file);
	strcpy(file->policy, file->candidate.name);
	if (file->state == STATE_REMOVED) { /* while it was loaded */
		file->candidate.retired = true;
	} else if (back) {
		say_went_back(store, file);
	} else {
		text_reset(&file->diag);
		file->state = STATE_ACTIVE;
		say_template(file);
	}
	if (roster_put(store->config.roster, &file->candidate))
		store_set_error(store, file, "out of memory");
	store_drop_candidate(file);
	if (file->state == STATE_ACTIVE)
		keep(store, file);
	else
		finish(store);
}

static void on_loaded(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;
	const struct proto_done *done = &message->u.done;
	unsigned long long generation = 0;
	char word[32];

	if (!done->err) {
		if (text_word(done->text, "generation", word, sizeof(word)) > 0)
			(void)text_number(word, UINT64_MAX, &generation);
		file->candidate.generation = generation;
		activate(store, file);
		return;
	}
	if (file->state == STATE_REMOVED) {
		store_drop_candidate(file);
	} else if (file->back) { /* that was the last thing to try */
		text_printf(&file->diag, "its last good version: %s\n",
			    done->text);
		store_drop_candidate(file);
	} else {
		store_set_error(store, file, done->text);
	}
	finish(store);
}

/* Return: true if it is under way. */
static bool load(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_LOAD, .fd = -1 };

	strcpy(message.u.digest.digest, file->candidate.digest);
	store->current = file;
	if (!link_request(store->config.link, &message, on_loaded, store)) {
		if (!file->back)
			file->state = STATE_LOADING;
		return true;
	}
	store->current = NULL;
	store_arm(store->retry, RETRY_MS);
	return false;
}

/* Put the candidate in force. Return: true if it is under way. */
static bool enforce(struct store *store, struct file *file)
{
	struct roster_policy *candidate = &file->candidate;
	const struct roster_policy *loaded =
		roster_find(store->config.roster, candidate->name);
	const struct file *other = owner_of(store, candidate->name, file);
	struct text why = {};

	if (other && file->back) {
		store_drop_candidate(file);
	} else if (other) {
		text_printf(&why, "policy %s is already in %s", candidate->name,
			    other->name);
		store_set_error(store, file, text_string(&why));
		text_free(&why);
		file->want_back = false;
	} else if (loaded && loaded->instance) {
		text_printf(&why,
			    "policy %s is that of a container, made of a "
			    "template",
			    candidate->name);
		store_set_error(store, file, text_string(&why));
		text_free(&why);
		file->want_back = false;
	} else if (candidate->at_bind) {
		store->current = file;
		activate(store, file);
		return true;
	} else if (loaded && !strcmp(loaded->digest, candidate->digest)) {
		candidate->generation = loaded->generation;
		store->current = file;
		activate(store, file);
		return true;
	} else {
		return load(store, file);
	}
	return false;
}

/* ---- compiling ---- */

static bool take_image(struct store *store, struct file *file,
		       const struct proto_message *message)
{
	struct roster_policy *candidate = &file->candidate;
	struct text why = {};
	int err;

	store_drop_candidate(file);
	memset(candidate, 0, sizeof(*candidate));
	err = roster_read_image(message->fd, candidate, &why);
	if (err)
		store_set_error(store, file,
				why.len ? text_string(&why) :
					  "unreadable image");
	text_free(&why);
	strcpy(candidate->digest, message->u.compiled.digest);
	candidate->at_bind = message->u.compiled.at_bind;
	strcpy(candidate->file, file->name);
	if (!err && (candidate->at_bind & IMAGES_ONE_NAME)) {
		store_set_error(store, file, ONE_NAME);
		roster_release(candidate);
		return false;
	}
	file->has_candidate = !err;
	return !err;
}

static void on_compiled(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;

	if (!message->u.compiled.saved)
		store->compiled++;
	if (file->state == STATE_REMOVED || file->problem)
		; /* meanwhile */
	else if (message->u.compiled.err)
		store_set_error(store, file, message->u.compiled.text);
	else if (take_image(store, file, message))
		file->state = STATE_COMPILED;
	if (message->fd >= 0)
		close(message->fd);
	finish(store);
}

static void compile(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_COMPILE, .fd = -1 };

	strcpy(message.u.compile.file, file->name);
	message.u.compile.anew = file->anew;
	if (link_request(store->config.link, &message, on_compiled, store)) {
		store_arm(store->retry, RETRY_MS);
		return;
	}
	store->current = file;
	file->dirty = false;
	file->anew = false;
	file->want_back = false;
	file->state = STATE_COMPILING;
}

/* ---- going back ---- */

static void on_saved(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;
	int err = message->u.compiled.err;

	if (file->state == STATE_ERROR && !file->dirty) {
		if (err && err != -ENOENT)
			text_printf(&file->diag, "going back: %s\n",
				    message->u.compiled.text);
		else if (!err && take_image(store, file, message))
			file->back = true;
		file->want_back = false;
	}
	if (message->fd >= 0)
		close(message->fd);
	finish(store);
}

static void go_back(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_SAVED, .fd = -1 };

	strcpy(message.u.file.file, file->name);
	if (link_request(store->config.link, &message, on_saved, store)) {
		store_arm(store->retry, RETRY_MS);
		return;
	}
	store->current = file;
}

static void unload_removed(struct store *store)
{
	struct file *file;

	for (file = store->files; file; file = file->next)
		if (file->state == STATE_REMOVED && file->policy[0] &&
		    !file->in_use)
			return unload(store, file);
}

void store_work(struct store *store)
{
	struct file *file;

	if (store->current)
		return;
	for (file = store->files; file; file = file->next)
		if (file->dirty) {
			compile(store, file);
			return;
		}
	for (file = store->files; file; file = file->next)
		if (file->want_back) {
			go_back(store, file);
			return;
		}
	for (file = store->files; file; file = file->next)
		if (file->has_candidate && enforce(store, file))
			return;
	/* the parent took no more requests: load has set the time to ask again */
	for (file = store->files; file; file = file->next)
		if (file->has_candidate)
			return;
	/* one was refused, and perhaps can go back */
	for (file = store->files; file; file = file->next)
		if (file->want_back)
			return store_arm(store->retry, 1);
	store->ready = true;
	unload_removed(store);
}
