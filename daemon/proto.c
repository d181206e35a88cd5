// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "passing.h"
#include "proto.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* On the wire: this, then the payload. */
struct header {
	uint32_t type;
	uint32_t serial;
};

enum { NO, MAY, MUST };

static const struct {
	uint32_t len; /* of the payload; 0: no such message */
	enum proto_sender sender;
	int fd;
} types[PROTO_NUM_TYPES] = {
#define PROTO_MSG(num, NAME, payload, SENDER, fd, doc) \
	[num] = { sizeof(struct payload), PROTO_FROM_##SENDER, fd },
#define PROTO_STRING(NAME, payload, member)
#include "proto.def"
#undef PROTO_MSG
#undef PROTO_STRING
};

static const struct {
	uint32_t type;
	uint32_t off;
	uint32_t size;
} strings[] = {
#define PROTO_MSG(num, NAME, payload, SENDER, fd, doc)
#define PROTO_STRING(NAME, payload, member)               \
	{ PROTO_##NAME, offsetof(struct payload, member), \
	  sizeof(((struct payload *)NULL)->member) },
#include "proto.def"
#undef PROTO_MSG
#undef PROTO_STRING
};

int proto_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) ?
		       -errno :
		       0;
}

int proto_send(int sock, const struct proto_message *message)
{
	struct header header = { message->type, message->serial };
	struct iovec parts[] = {
		{ &header, sizeof(header) },
		{ (void *)&message->u, types[message->type].len },
	};
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	union passing passing;

	passing_put(&msg, &passing, message->fd);
	while (sendmsg(sock, &msg, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int proto_parse(const void *packet, size_t len, bool has_fd,
		enum proto_sender sender, struct proto_message *message)
{
	struct header header;
	size_t i;

	message->fd = -1;
	if (len < sizeof(header))
		return -EPROTO;
	memcpy(&header, packet, sizeof(header));
	if (header.type >= PROTO_NUM_TYPES || !types[header.type].len ||
	    types[header.type].sender != sender ||
	    types[header.type].len != len - sizeof(header))
		return -EPROTO;
	if ((has_fd && types[header.type].fd == NO) ||
	    (!has_fd && types[header.type].fd == MUST))
		return -EPROTO;
	message->type = header.type;
	message->serial = header.serial;
	memcpy(&message->u, (const char *)packet + sizeof(header),
	       len - sizeof(header));
	for (i = 0; i < ARRAY_SIZE(strings); i++)
		if (strings[i].type == header.type &&
		    !memchr((char *)&message->u + strings[i].off, '\0',
			    strings[i].size))
			return -EPROTO;
	return 0;
}

int proto_receive(int sock, enum proto_sender sender,
		  struct proto_message *message)
{
	static char packet[sizeof(struct header) + sizeof(message->u)];
	struct iovec part = { packet, sizeof(packet) };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	union passing passing;
	ssize_t len;
	int fd, err;
	bool bad;

	passing_expect(&msg, &passing);
	do {
		len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (!len)
		return -EPIPE;
	fd = passing_take(&msg, &bad);
	if (bad || (msg.msg_flags & MSG_TRUNC))
		err = -EPROTO;
	else
		err = proto_parse(packet, (size_t)len, fd >= 0, sender,
				  message);
	if (!err)
		message->fd = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}
