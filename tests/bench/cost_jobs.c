// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_jobs.c - jobs of whole programs: a request to nginx, a compile job
 *
 * Only the program that works is confined: the client of nginx is this process,
 * before it is. It works below COST_DIR, on the tmpfs; cost-guest.sh has
 * put there what it is given. So it is with the compiler, down to its libraries:
 * the host's file system lets a program wait, and the counter goes on.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"

#define JOBS COST_DIR "/ok/jobs"
#define START_MS 60000 /* until nginx listens, at most; of the guest's time */

static const char *job_column;
static u32 job_rules;
static pid_t server;

void cost_jobs_for(const char *column, u32 num_rules)
{
	job_column = column;
	job_rules = num_rules;
}

/*
 * In a child: nothing of ours is inherited, and what fails is in a file. Always
 * at the same addresses.
 */
static void become(char *const argv[])
{
	char *const envp[] = { "PATH=/usr/bin", "LC_ALL=C", NULL };
	int fd = open(JOBS "/log", O_RDWR | O_CREAT | O_APPEND, 0600), to;

	for (to = 0; fd >= 0 && to < 3; to++)
		dup2(fd, to);
	personality(ADDR_NO_RANDOMIZE);
	execve(argv[0], argv, envp);
	perror(argv[0]);
	_exit(1);
}

static int dial(void)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(COST_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		cost_fail("socket");
	if (!connect(fd, (const void *)&at, sizeof(at)))
		return fd;
	close(fd);
	return -1;
}

/* One process of nginx, by its configuration in JOBS. */
static void prepare_nginx(void)
{
	char *const argv[] = { "/usr/sbin/nginx",  "-e", JOBS "/error", "-c",
			       JOBS "/nginx.conf", NULL };
	u32 ms;
	int fd;

	server = fork();
	if (server < 0)
		cost_fail("fork");
	if (!server) {
		cost_confine(job_column, job_rules);
		become(argv);
	}
	for (ms = 0; (fd = dial()) < 0; ms++) {
		if (ms == START_MS || waitpid(server, NULL, WNOHANG))
			cost_fail("nginx does not listen");
		usleep(1000);
	}
	close(fd);
}

/* A connection each, which nginx ends after its answer. */
static void run_nginx(u32 reps)
{
	static const char ask[] = "GET /page HTTP/1.0\r\n\r\n";
	static const char good[] = "HTTP/1.1 200 OK\r\n";
	char answer[8192];

	while (reps--) {
		int fd = dial();
		ssize_t got, all = 0;

		if (fd < 0 || write(fd, ask, sizeof(ask) - 1) < 0)
			cost_fail("asking nginx");
		while ((got = read(fd, answer + all, sizeof(answer) - all)) > 0)
			all += got;
		if (got < 0 || all < 4096 ||
		    memcmp(answer, good, sizeof(good) - 1))
			cost_fail("what nginx answers");
		close(fd);
	}
}

/* After the last job: no server is left. */
static void __attribute__((destructor)) end_nginx(void)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0); /* the next one wants the port */
}

/* The words of a command are the lines of a file. */
#define MAX_WORDS 32

static void run_words(const char *file)
{
	static char text[4096];
	char *words[MAX_WORDS + 1] = {}, *word;
	int fd = open(file, O_RDONLY | O_CLOEXEC), num = 0, status;
	ssize_t len = read(fd, text, sizeof(text) - 1);
	pid_t pid;

	if (len <= 0)
		cost_fail(file);
	close(fd);
	text[len] = '\0';
	for (word = strtok(text, "\n"); word && num < MAX_WORDS;
	     word = strtok(NULL, "\n"))
		words[num++] = word;
	if (word)
		cost_fail("a command of too many words");
	pid = fork();
	if (!pid)
		become(words);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		cost_fail(file);
}

/* Compiles whenever it is told to, and says that it has. */
static void __attribute__((noreturn)) compile(int from, int to)
{
	char order;

	cost_confine(job_column, job_rules);
	while (read(from, &order, 1) == 1) {
		run_words(JOBS "/cc/cc1.words");
		run_words(JOBS "/cc/as.words");
		if (write(to, &order, 1) != 1)
			break;
	}
	_exit(0);
}

static int orders, reports;

static void prepare_compiler(void)
{
	int down[2], up[2];
	pid_t pid;

	if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC))
		cost_fail("pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		cost_fail("fork");
	if (!pid) {
		close(down[1]);
		close(up[0]);
		server = 0; /* not this one's to end */
		compile(down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	orders = down[1]; /* it ends when that is closed */
	reports = up[0];
}

static void run_compiler(u32 reps)
{
	char order = 'c';

	while (reps--)
		if (write(orders, &order, 1) != 1 ||
		    read(reports, &order, 1) != 1)
			cost_fail("the compiler");
}

const struct cost_op cost_jobs[] = {
	{ "nginx request", 8, prepare_nginx, run_nginx, NULL, false, false },
	{ "compile job", 1, prepare_compiler, run_compiler, NULL, false,
	  false },
};

const u32 cost_num_jobs = ARRAY_SIZE(cost_jobs);
