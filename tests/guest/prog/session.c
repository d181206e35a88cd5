// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - gives its parent a new session keyring, and so new credentials
 */
#include <linux/keyctl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	    syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT) < 0) {
		perror("session");
		return 1;
	}
	return 0;
}
