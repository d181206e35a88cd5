/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packet.h - packets that come by a device, brought by the task that writes them
 *
 * What comes by another device, the loopback too, is judged in softirq, where
 * fail-nth does not strike; what is written to a tun is judged in the call.
 */
#ifndef PACKET_H
#define PACKET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PACKET_HERE "10.9.0.1"
#define PACKET_FROM "10.9.0.2"

struct sctp_init {
	uint16_t source, dest;
	uint32_t tag, checksum;
	uint8_t type, flags;
	uint16_t length;
	uint32_t init_tag, window;
	uint16_t out_streams, in_streams;
	uint32_t number;
};

struct packet {
	struct iphdr ip;
	union {
		struct udphdr udp;
		struct tcphdr tcp;
		struct icmphdr icmp;
		struct sctp_init init;
	};
};

/* A device of the caller's, up. Return: what packets are written to, or -1. */
static int make_device(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || sock < 0 || ioctl(fd, TUNSETIFF, &ifr))
		return -1;
	inet_pton(AF_INET, PACKET_HERE, &in.sin_addr);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	if (ioctl(sock, SIOCSIFADDR, &ifr))
		return -1;
	in.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&ifr.ifr_netmask, &in, sizeof(in));
	if (ioctl(sock, SIOCSIFNETMASK, &ifr))
		return -1;
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(sock, SIOCSIFFLAGS, &ifr))
		return -1;
	close(sock);
	return fd;
}

static uint16_t sum_header(const struct iphdr *ip)
{
	const uint16_t *words = (const void *)ip;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*ip) / sizeof(*words); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static size_t begin_packet(struct packet *p, int protocol, size_t len)
{
	len += sizeof(p->ip);
	p->ip = (struct iphdr){
		.version = 4,
		.ihl = sizeof(p->ip) / 4,
		.tot_len = htons(len),
		.ttl = 64,
		.protocol = protocol,
	};
	inet_pton(AF_INET, PACKET_FROM, &p->ip.saddr);
	inet_pton(AF_INET, PACKET_HERE, &p->ip.daddr);
	p->ip.check = sum_header(&p->ip);
	return len;
}

/*
 * "udp", "icmp" (an answer that nobody asked for), "tcp" and "sctp", which ask
 * for a connection. Return: the length of the packet, 0: no such kind.
 */
static size_t make_packet(struct packet *p, const char *kind, int port)
{
	const uint16_t source = htons(1024), dest = htons(port);

	memset(p, 0, sizeof(*p));
	if (strcmp(kind, "udp") == 0) {
		p->udp = (struct udphdr){
			.source = source,
			.dest = dest,
			.len = htons(sizeof(p->udp)),
		};
		return begin_packet(p, IPPROTO_UDP, sizeof(p->udp));
	}
	if (strcmp(kind, "icmp") == 0) {
		p->icmp.type = ICMP_ECHOREPLY;
		return begin_packet(p, IPPROTO_ICMP, sizeof(p->icmp));
	}
	if (strcmp(kind, "tcp") == 0) {
		p->tcp.source = source;
		p->tcp.dest = dest;
		p->tcp.doff = sizeof(p->tcp) / 4;
		p->tcp.syn = 1;
		p->tcp.window = htons(8192);
		return begin_packet(p, IPPROTO_TCP, sizeof(p->tcp));
	}
	if (strcmp(kind, "sctp") != 0)
		return 0;
	p->init = (struct sctp_init){
		.source = source,
		.dest = dest,
		.type = 1,
		.length = htons(20),
		.init_tag = htonl(1),
		.window = htonl(65536),
		.out_streams = htons(1),
		.in_streams = htons(1),
		.number = htonl(1),
	};
	return begin_packet(p, IPPROTO_SCTP, sizeof(p->init));
}

/*
 * The kernel takes a sum that the device is to make for a good one, wherever that
 * would be.
 */
static int write_packet(int device, const struct packet *p, size_t len)
{
	struct virtio_net_hdr head = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = sizeof(p->ip),
		.csum_offset = 4,
	};
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)p, len } };

	return writev(device, parts, 2) == (ssize_t)(sizeof(head) + len) ? 0 :
									   -1;
}

/* Does the kernel say yes to who asked for a connection? -1: it says nothing. */
static int read_answer(int device, int protocol)
{
	struct virtio_net_hdr head;
	struct packet p;
	char rest[2000];
	struct iovec parts[] = { { &head, sizeof(head) },
				 { &p, sizeof(p) },
				 { rest, sizeof(rest) } };

	while (readv(device, parts, 3) > 0) {
		if (p.ip.version != 4 || p.ip.protocol != protocol)
			continue;
		if (protocol == IPPROTO_TCP ? p.tcp.syn : p.init.type == 2)
			return 0;
	}
	return -1;
}

/* A packet comes to the socket fd. Return: 0, or -1 and errno if it does not. */
static int bring_packet(int device, const char *kind, int port, int fd)
{
	struct packet packet;
	const size_t len = make_packet(&packet, kind, port);
	char byte;

	errno = EINVAL;
	if (!len || write_packet(device, &packet, len))
		return -1;
	if (packet.ip.protocol == IPPROTO_TCP ||
	    packet.ip.protocol == IPPROTO_SCTP)
		return read_answer(device, packet.ip.protocol);
	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC) < 0 ? -1 : 0;
}

#endif /* PACKET_H */
