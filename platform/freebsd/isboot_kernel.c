/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026, the isboot authors
 */

/*
 * The kernel's side of isboot: the module, its process, and everything that needs the kernel's
 * headers. It decides nothing; the C++ behind isboot_kernel.h does.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/caprights.h>
#include <sys/conf.h>
#include <sys/endian.h>
#include <sys/eventhandler.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/jail.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/md5.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/signalvar.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/syscallsubr.h>
#include <sys/sysctl.h>
#include <sys/uio.h>

#include <vm/vm.h>
#include <vm/pmap.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/route/route_ctl.h>
#include <net/vnet.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#include <cam/cam.h>
#include <cam/cam_ccb.h>
#include <cam/cam_periph.h>
#include <cam/cam_xpt.h>
#include <cam/cam_xpt_periph.h>
#include <geom/geom.h>

#include <contrib/dev/acpica/include/acpi.h>
#include <crypto/sha1.h>
#include <crypto/sha2/sha256.h>
#include <dev/iscsi/iscsi_ioctl.h>
#include <fs/devfs/devfs_int.h>

#include "isboot_kernel.h"

CTASSERT(ISCSI_DIGEST_NONE == 0 && ISCSI_DIGEST_CRC32C == 1);
CTASSERT(ISBOOT_ENOENT == ENOENT && ISBOOT_ESRCH == ESRCH && ISBOOT_EINTR == EINTR &&
    ISBOOT_ENXIO == ENXIO && ISBOOT_EBUSY == EBUSY && ISBOOT_EEXIST == EEXIST &&
    ISBOOT_EINVAL == EINVAL && ISBOOT_ENOTCONN == ENOTCONN && ISBOOT_ETIMEDOUT == ETIMEDOUT);

/*
 * The login engine lives on the stack of its process, about 40 KiB; an ordinary kernel stack
 * has 16. kproc_create(9) gives a process as many pages as it asks for.
 */
#define	ISBOOT_STACK_PAGES	16

/* How long shutdown and unloading wait for the process; it needs milliseconds. */
#define	ISBOOT_END_TIMEOUT	10	/* seconds */

/* CAM numbers buses from 0, and a machine that boots from one of them has few. */
#define	ISBOOT_MAX_BUSES	256

#define	ISBOOT_MAX_SYSCTLS	48

static MALLOC_DEFINE(M_ISBOOT, "isboot", "iSCSI boot");

static struct mtx isboot_lock;
MTX_SYSINIT(isboot_lock, &isboot_lock, "isboot", MTX_DEF);
static struct proc *isboot_process;	/* under isboot_lock; NULL when it is gone */
static bool isboot_stop;		/* under isboot_lock, read without it */
static struct root_hold_token *isboot_hold;	/* the process's own once it runs */
static eventhandler_tag isboot_shutdown_tag;
/* The configuration of the session that was taken last, to give it back; the process's own. */
static struct iscsi_session_conf isboot_taken;

/* Sysctls and tunables. Which there are and what they say is up to the C++. */

static SYSCTL_NODE(_hw, OID_AUTO, isboot, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iSCSI boot");
static SYSCTL_NODE(_hw, OID_AUTO, ibft, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iBFT parameters");
static SYSCTL_NODE(_net, OID_AUTO, isboot, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iSCSI boot");

static struct sysctl_ctx_list isboot_sysctls = TAILQ_HEAD_INITIALIZER(isboot_sysctls);
static struct isboot_shown {
	char name[48];
	char value[256];	/* read by sysctl(8) while it may change: always ends with NUL */
} isboot_shown[ISBOOT_MAX_SYSCTLS];

/* Only the process comes here: nobody else adds one. */
int
isboot_show(const char *name, const char *value)
{
	struct isboot_shown *shown = isboot_shown, *end = shown + nitems(isboot_shown) - 1;
	struct sysctl_oid_list *parent = strncmp(name, "hw.isboot.", 10) == 0 ?
	    SYSCTL_STATIC_CHILDREN(_hw_isboot) : strncmp(name, "hw.ibft.", 8) == 0 ?
	    SYSCTL_STATIC_CHILDREN(_hw_ibft) : SYSCTL_STATIC_CHILDREN(_net_isboot);
	bool fresh;

	while (shown != end && shown->name[0] != '\0' && strcmp(shown->name, name) != 0)
		shown++;
	if (shown == end || strchr(name, '.') == NULL)
		return (ENOENT);
	fresh = shown->name[0] == '\0';
	strlcpy(shown->name, name, sizeof(shown->name));
	strlcpy(shown->value, value, sizeof(shown->value));
	if (fresh && SYSCTL_ADD_STRING(&isboot_sysctls, parent, OID_AUTO,
	    strrchr(shown->name, '.') + 1, CTLFLAG_RD, shown->value, sizeof(shown->value),
	    "see isboot(4)") == NULL)
		return (ENOMEM);
	return (0);
}

int
isboot_tunable(const char *name, char *value, size_t size)
{
	return (getenv_string(name, value, (int)size));
}

/* Memory, time, randomness, hashes, messages. */

void *
isboot_allocate(size_t size)
{
	return (malloc(size, M_ISBOOT, M_WAITOK | M_ZERO));
}

void
isboot_free(void *memory, size_t size)
{
	explicit_bzero(memory, size);
	free(memory, M_ISBOOT);
}

int
isboot_stopping(void)
{
	return (isboot_stop);
}

/* What the C++ is told: a signal comes only from isboot_end(). */
static int
isboot_error(int error)
{
	if (error == ERESTART)
		return (EINTR);
	return (error == EWOULDBLOCK ? ETIMEDOUT : error);
}

/* Never 0, which would wait for ever. */
static int
isboot_ticks(uint64_t ms)
{
	return ((int)MAX(1, MIN(ms, 3600 * 1000) * hz / 1000));
}

uint64_t
isboot_now(void)
{
	return (sbttoms(sbinuptime()));
}

int
isboot_sleep(uint64_t ms)
{
	int error = 0;

	mtx_lock(&isboot_lock);
	if (!isboot_stop)
		error = mtx_sleep(&isboot_stop, &isboot_lock, PCATCH, "isboot", isboot_ticks(ms));
	if (isboot_stop)
		error = EINTR;
	mtx_unlock(&isboot_lock);
	error = isboot_error(error);
	return (error == ETIMEDOUT ? 0 : error);
}

int
isboot_random_seeded(void)
{
	return (is_random_seeded());
}

void
isboot_random(void *out, size_t size)
{
	arc4random_buf(out, size);
}

size_t
isboot_digest_size(unsigned algorithm)
{
	static const uint8_t sizes[] = { [5] = MD5_DIGEST_LENGTH, [6] = SHA1_RESULTLEN,
	    [7] = SHA256_DIGEST_LENGTH };

	return (algorithm < nitems(sizes) ? sizes[algorithm] : 0);
}

#define	ISBOOT_DIGEST(type, init, update, final) do {			\
	type c;								\
									\
	init(&c);							\
	for (size_t i = 0; i < count; i++)				\
		update(&c, parts[i].data, parts[i].size);		\
	final(out, &c);							\
	explicit_bzero(&c, sizeof(c));					\
} while (0)

void
isboot_digest(unsigned algorithm, const struct isboot_part *parts, size_t count, uint8_t *out)
{
	if (algorithm == 5)
		ISBOOT_DIGEST(MD5_CTX, MD5Init, MD5Update, MD5Final);
	else if (algorithm == 6)
		ISBOOT_DIGEST(SHA1_CTX, SHA1Init, SHA1Update, SHA1Final);
	else if (algorithm == 7)
		ISBOOT_DIGEST(SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final);
}

void
isboot_print(const char *line, size_t length)
{
	printf("%.*s\n", (int)length, line);
}

/* Firmware. */

int
isboot_acpi_table(unsigned number, void *out, size_t size, size_t *length)
{
	static const char *const signatures[] = { "iBFT", "IBFT" };
	ACPI_TABLE_HEADER *table;

	for (u_int s = 0; s < nitems(signatures); s++) {
		for (u_int i = 1; ACPI_SUCCESS(AcpiGetTable(__DECONST(char *, signatures[s]), i,
		    &table)); i++) {
			if (--number != 0) {
				AcpiPutTable(table);
				continue;
			}
			*length = MIN(size, table->Length);
			memcpy(out, table, *length);
			AcpiPutTable(table);
			return (0);
		}
	}
	return (ENOENT);
}

int
isboot_low_memory(uint64_t address, void *out, size_t size)
{
#if defined(__amd64__) || defined(__i386__)
	void *mapped = pmap_mapbios(address, size);

	memcpy(out, mapped, size);
	pmap_unmapbios(mapped, size);
	return (0);
#else
	return (ENOENT);
#endif
}

/* Network interfaces. */

struct isboot_link_list {
	struct isboot_link *next, *end;
};

static int
isboot_add_to_list(if_t ifp, void *context)
{
	struct isboot_link_list *list = context;
	struct isboot_link *out = list->next;
	struct ifreq ifr;
	int type = if_gettype(ifp);

	if (out == list->end)
		return (ENOSPC);
	if ((type != IFT_ETHER && type != IFT_L2VLAN && type != IFT_BRIDGE &&
	    type != IFT_IEEE8023ADLAG) || if_getaddrlen(ifp) != sizeof(out->mac))
		return (0);
	memset(out, 0, sizeof(*out));
	out->index = if_getindex(ifp);
	strlcpy(out->name, if_name(ifp), sizeof(out->name));
	out->stacked = type != IFT_ETHER;
	memcpy(out->mac, if_getlladdr(ifp), sizeof(out->mac));
	if (if_gethwaddr(ifp, &ifr) == 0)
		memcpy(out->permanent_mac, ifr.ifr_addr.sa_data, sizeof(out->permanent_mac));
	out->up = (if_getflags(ifp) & IFF_UP) != 0;
	if ((if_getdrvflags(ifp) & IFF_DRV_RUNNING) == 0 ||
	    if_getlinkstate(ifp) == LINK_STATE_DOWN)
		out->carrier = ISBOOT_NO_CARRIER;
	else
		out->carrier = if_getlinkstate(ifp) == LINK_STATE_UP ? ISBOOT_CARRIER :
		    ISBOOT_CARRIER_UNKNOWN;
	list->next++;
	return (0);
}

size_t
isboot_links(struct isboot_link *out, size_t room)
{
	struct isboot_link_list list = { out, out + room };
	struct epoch_tracker et;

	CURVNET_SET(TD_TO_VNET(curthread));
	NET_EPOCH_ENTER(et);
	(void)if_foreach(isboot_add_to_list, &list);	/* only ENOSPC: the rest is left out */
	NET_EPOCH_EXIT(et);
	CURVNET_RESTORE();
	return ((size_t)(list.next - out));
}

/* An ioctl of the network. Each request starts with the interface's name. */
static int
isboot_net_ioctl(int family, const char *name, u_long command, void *request)
{
	struct socket *so;
	int error;

	strlcpy(request, name, IFNAMSIZ);
	error = socreate(family, &so, SOCK_DGRAM, 0, curthread->td_ucred, curthread);
	if (error != 0)
		return (error);
	error = ifioctl(so, command, request, curthread);
	(void)soclose(so);	/* an idle datagram socket: nothing can fail */
	return (error == EEXIST ? 0 : error);
}

int
isboot_change_link(enum isboot_action action, const char *name, uint32_t value)
{
	struct ifreq ifr = { 0 };
	struct ifgroupreq group = { .ifgr_group = "isboot" };
	int error;

	switch (action) {
	case ISBOOT_LINK_UP:
		error = isboot_net_ioctl(AF_INET, name, SIOCGIFFLAGS, &ifr);
		ifr.ifr_flags |= IFF_UP;
		return (error != 0 ? error : isboot_net_ioctl(AF_INET, name, SIOCSIFFLAGS, &ifr));
	case ISBOOT_SET_MTU:
		ifr.ifr_mtu = (int)value;
		return (isboot_net_ioctl(AF_INET, name, SIOCSIFMTU, &ifr));
	case ISBOOT_CREATE:
		return (isboot_net_ioctl(AF_INET, name, SIOCIFCREATE, &ifr));
	case ISBOOT_MARK:
		return (isboot_net_ioctl(AF_INET, name, SIOCAIFGROUP, &group));
	}
	return (EINVAL);
}

int
isboot_add_address(const char *name, const void *address, const void *mask)
{
	const struct sockaddr *own = address;
	struct in_aliasreq request4 = { 0 };
	/* Firmware has just used it: no second spent on looking for another owner. */
	struct in6_aliasreq request6 = { .ifra_flags = IN6_IFF_NODAD, .ifra_lifetime =
	    { .ia6t_vltime = ND6_INFINITE_LIFETIME, .ia6t_pltime = ND6_INFINITE_LIFETIME } };

	if (own->sa_family == AF_INET) {
		memcpy(&request4.ifra_addr, address, sizeof(request4.ifra_addr));
		memcpy(&request4.ifra_mask, mask, sizeof(request4.ifra_mask));
		return (isboot_net_ioctl(AF_INET, name, SIOCAIFADDR, &request4));
	}
	memcpy(&request6.ifra_addr, address, sizeof(request6.ifra_addr));
	memcpy(&request6.ifra_prefixmask, mask, sizeof(request6.ifra_prefixmask));
	return (isboot_net_ioctl(AF_INET6, name, SIOCAIFADDR_IN6, &request6));
}

int
isboot_add_route(const char *name, const void *destination, const void *mask,
    const void *gateway)
{
	struct sockaddr_dl link = { .sdl_len = sizeof(link), .sdl_family = AF_LINK };
	struct rt_addrinfo info = { .rti_flags = RTF_STATIC | (mask == NULL ? RTF_HOST : 0) |
	    (gateway != NULL ? RTF_GATEWAY : 0) };
	struct rib_cmd_info rc;
	struct epoch_tracker et;
	int error = ENXIO;

	info.rti_info[RTAX_DST] = __DECONST(struct sockaddr *, destination);
	info.rti_info[RTAX_NETMASK] = __DECONST(struct sockaddr *, mask);
	info.rti_info[RTAX_GATEWAY] = gateway != NULL ? __DECONST(struct sockaddr *, gateway) :
	    (struct sockaddr *)&link;
	CURVNET_SET(TD_TO_VNET(curthread));
	NET_EPOCH_ENTER(et);
	info.rti_ifp = ifunit(name);
	if (info.rti_ifp != NULL) {
		link.sdl_index = if_getindex(info.rti_ifp);
		info.rti_ifa = ifaof_ifpforaddr(info.rti_info[RTAX_DST], info.rti_ifp);
		if (info.rti_ifa != NULL)
			error = rib_action(RT_DEFAULT_FIB, RTM_ADD, &info, &rc);
	}
	NET_EPOCH_EXIT(et);
	CURVNET_RESTORE();
	return (error == EEXIST ? 0 : error);
}

/* TCP. The process's own descriptors, since the initiator takes a connection from one. */

static int
isboot_wait_connected(struct socket *so, uint64_t ms)
{
	int error = 0;

	SOCK_LOCK(so);
	while ((so->so_state & SS_ISCONNECTING) != 0 && so->so_error == 0 && error == 0)
		error = isboot_stop ? EINTR : msleep(&so->so_timeo, &so->so_lock,
		    PSOCK | PCATCH, "isbcon", isboot_ticks(ms));
	if (error == 0) {
		error = so->so_error;
		so->so_error = 0;
	}
	SOCK_UNLOCK(so);
	return (error);
}

static int
isboot_set_limit(int descriptor, int name, uint64_t ms)
{
	struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	return (kern_setsockopt(curthread, descriptor, SOL_SOCKET, name, &limit, UIO_SYSSPACE,
	    sizeof(limit)));
}

int
isboot_connect(const void *address, uint64_t ms, int *descriptor)
{
	struct sockaddr *sa = __DECONST(struct sockaddr *, address);
	struct file *fp;
	int error, fd;

	error = kern_socket(curthread, sa->sa_family, SOCK_STREAM, IPPROTO_TCP);
	if (error != 0)
		return (error);
	fd = curthread->td_retval[0];
	error = getsock(curthread, fd, &cap_connect_rights, &fp);
	if (error == 0) {
		error = soconnect(fp->f_data, sa, curthread);
		if (error == 0)
			error = isboot_wait_connected(fp->f_data, ms);
		fdrop(fp, curthread);
	}
	if (error != 0)
		isboot_close(fd);
	else
		*descriptor = fd;
	return (isboot_error(error));
}

/* Either direction; `left` is what was not done of `size`. */
static int
isboot_transfer(int descriptor, enum uio_rw direction, void *data, size_t size, uint64_t ms,
    size_t *left)
{
	struct iovec iov = { data, size };
	struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = size,
	    .uio_segflg = UIO_SYSSPACE, .uio_rw = direction, .uio_td = curthread };
	struct file *fp;
	int error;

	error = isboot_set_limit(descriptor, direction == UIO_READ ? SO_RCVTIMEO : SO_SNDTIMEO,
	    MAX(ms, 1));
	if (error == 0)
		error = getsock(curthread, descriptor, &cap_no_rights, &fp);
	if (error != 0)
		return (error);
	if (isboot_stop)
		error = EINTR;
	else if (direction == UIO_READ)
		error = soreceive(fp->f_data, NULL, &uio, NULL, NULL, NULL);
	else
		error = sosend(fp->f_data, NULL, &uio, NULL, NULL, 0, curthread);
	fdrop(fp, curthread);
	*left = uio.uio_resid;
	return (isboot_error(error));
}

int
isboot_send(int descriptor, const void *data, size_t size, uint64_t ms)
{
	size_t left;
	int error;

	error = isboot_transfer(descriptor, UIO_WRITE, __DECONST(void *, data), size, ms, &left);
	return (error == 0 && left != 0 ? ETIMEDOUT : error);
}

int
isboot_receive(int descriptor, void *out, size_t size, uint64_t ms, size_t *received)
{
	size_t left;
	int error;

	error = isboot_transfer(descriptor, UIO_READ, out, size, ms, &left);
	if (error == 0)
		*received = size - left;
	return (error);
}

void
isboot_close(int descriptor)
{
	(void)kern_close(curthread, descriptor);	/* EBADF: the initiator took it whole */
}

/* The initiator. */

static int
isboot_iscsi_ioctl(u_long command, void *data)
{
	struct cdev_priv *cdp;
	struct cdev *dev = NULL;
	struct cdevsw *dsw;
	int error = ENXIO, ref;

	/* There is no file system to open /dev/iscsi in. */
	dev_lock();
	TAILQ_FOREACH(cdp, &cdevp_list, cdp_list) {
		if ((cdp->cdp_flags & CDP_ACTIVE) != 0 &&
		    strcmp(cdp->cdp_c.si_name, "iscsi") == 0) {
			dev = &cdp->cdp_c;
			dev_refl(dev);
			break;
		}
	}
	dev_unlock();
	if (dev == NULL)
		return (ENXIO);
	dsw = dev_refthread(dev, &ref);
	if (dsw != NULL) {
		error = dsw->d_ioctl(dev, command, data, FREAD | FWRITE, curthread);
		dev_relthread(dev, ref);
	}
	dev_rel(dev);
	return (isboot_error(error));
}

/* The requests, of 1.4 KiB each, fit the stack; those with secrets are wiped. */

int
isboot_iscsi_add(const struct isboot_session *session)
{
	struct iscsi_session_add request = { .isa_conf = { .isc_enable = 1, .isc_dscp = -1,
	    .isc_pcp = -1, .isc_ping_timeout = session->ping_timeout, .isc_login_timeout = -1,
	    .isc_header_digest = session->header_digest, .isc_data_digest = session->data_digest } };
	struct iscsi_session_conf *conf = &request.isa_conf;
	int error;

	strlcpy(conf->isc_initiator, session->initiator, sizeof(conf->isc_initiator));
	strlcpy(conf->isc_target, session->target, sizeof(conf->isc_target));
	strlcpy(conf->isc_target_addr, session->address, sizeof(conf->isc_target_addr));
	strlcpy(conf->isc_user, session->user, sizeof(conf->isc_user));
	strlcpy(conf->isc_secret, session->secret, sizeof(conf->isc_secret));
	strlcpy(conf->isc_mutual_user, session->reverse_user, sizeof(conf->isc_mutual_user));
	strlcpy(conf->isc_mutual_secret, session->reverse_secret, sizeof(conf->isc_mutual_secret));
	error = isboot_iscsi_ioctl(ISCSISADD, &request);
	explicit_bzero(&request, sizeof(request));
	return (error);
}

int
isboot_iscsi_remove(uint32_t id)
{
	struct iscsi_session_remove request = { .isr_session_id = id };

	return (isboot_iscsi_ioctl(ISCSISREMOVE, &request));
}

int
isboot_iscsi_wait(struct isboot_wait *out)
{
	struct iscsi_daemon_request request = { 0 };
	int error;

	error = isboot_stop ? EINTR : isboot_iscsi_ioctl(ISCSIDWAIT, &request);
	if (error == 0) {
		out->id = request.idr_session_id;
		memcpy(out->isid, request.idr_isid, sizeof(out->isid));
		strlcpy(out->target, request.idr_conf.isc_target, sizeof(out->target));
		strlcpy(out->address, request.idr_conf.isc_target_addr, sizeof(out->address));
		isboot_taken = request.idr_conf;
	}
	explicit_bzero(&request, sizeof(request));
	return (error);
}

/* An unchanged configuration is as good as a changed one: the session waits again. */
int
isboot_iscsi_give_back(uint32_t id)
{
	struct iscsi_session_modify request = { .ism_session_id = id, .ism_conf = isboot_taken };
	int error;

	error = isboot_iscsi_ioctl(ISCSISMODIFY, &request);
	explicit_bzero(&request, sizeof(request));
	explicit_bzero(&isboot_taken, sizeof(isboot_taken));
	return (error);
}

int
isboot_iscsi_limits(uint32_t id, int descriptor, struct isboot_limits *out)
{
	struct iscsi_daemon_limits request = { .idl_session_id = id, .idl_socket = descriptor };
	int error;

	error = isboot_iscsi_ioctl(ISCSIDLIMITS, &request);
	out->max_receive = request.idl_limits.isl_max_recv_data_segment_length;
	out->max_send = request.idl_limits.isl_max_send_data_segment_length;
	out->max_burst = request.idl_limits.isl_max_burst_length;
	out->first_burst = request.idl_limits.isl_first_burst_length;
	return (error);
}

int
isboot_iscsi_hand_off(const struct isboot_handoff *handoff)
{
	struct iscsi_daemon_handoff request = { .idh_session_id = handoff->id,
	    .idh_socket = handoff->descriptor, .idh_tsih = handoff->tsih,
	    .idh_statsn = handoff->stat_sn, .idh_header_digest = handoff->header_digest,
	    .idh_data_digest = handoff->data_digest, .idh_initial_r2t = handoff->initial_r2t,
	    .idh_immediate_data = handoff->immediate_data,
	    .idh_max_recv_data_segment_length = handoff->max_receive,
	    .idh_max_send_data_segment_length = handoff->max_send,
	    .idh_max_burst_length = handoff->max_burst,
	    .idh_first_burst_length = handoff->first_burst };
	int error;

	/* The limits of the login are not those of the session. */
	error = isboot_set_limit(handoff->descriptor, SO_RCVTIMEO, 0);
	if (error == 0)
		error = isboot_set_limit(handoff->descriptor, SO_SNDTIMEO, 0);
	return (error != 0 ? error : isboot_iscsi_ioctl(ISCSIDHANDOFF, &request));
}

/* The bus that the session's SIM is: iscsi(4) gives it the session's number as its unit. */
static int
isboot_find_bus(uint32_t session, path_id_t *found)
{
	struct ccb_pathinq cpi;
	struct cam_path *path;

	for (path_id_t id = 0; id < ISBOOT_MAX_BUSES; id++) {
		if (xpt_create_path(&path, NULL, id, CAM_TARGET_WILDCARD, CAM_LUN_WILDCARD) !=
		    CAM_REQ_CMP)
			continue;
		xpt_path_inq(&cpi, path);
		xpt_free_path(path);
		if (cpi.ccb_h.status == CAM_REQ_CMP && strcmp(cpi.dev_name, "iscsi") == 0 &&
		    cpi.unit_number == session) {
			*found = id;
			return (0);
		}
	}
	return (ENOENT);
}

int
isboot_disk(uint32_t session, const uint8_t lun[8], char *name, size_t size)
{
	struct cam_periph *periph;
	struct cam_path *path;
	path_id_t bus;
	int error;

	error = isboot_find_bus(session, &bus);
	if (error != 0)
		return (error);
	if (xpt_create_path(&path, NULL, bus, 0, CAM_EXTLUN_BYTE_SWIZZLE(be64dec(lun))) !=
	    CAM_REQ_CMP)
		return (ENOMEM);
	error = ENOENT;
	xpt_path_lock(path);
	periph = cam_periph_find(path, "da");
	if (periph != NULL) {
		snprintf(name, size, "%s%u", periph->periph_name, periph->unit_number);
		error = 0;
	}
	xpt_path_unlock(path);
	xpt_free_path(path);
	if (error == 0) {
		g_topology_lock();
		if (g_provider_by_name(name) == NULL)
			error = ENOENT;
		g_topology_unlock();
	}
	return (error);
}

/* The module and its process. */

void
isboot_release_root(void)
{
	if (isboot_hold != NULL)
		root_mount_rel(isboot_hold);
	isboot_hold = NULL;
}

static void
isboot_run(void *unused __unused)
{
	isboot_main();
	isboot_release_root();
	explicit_bzero(&isboot_taken, sizeof(isboot_taken));
	mtx_lock(&isboot_lock);
	isboot_process = NULL;
	wakeup(&isboot_process);
	mtx_unlock(&isboot_lock);
	kproc_exit(0);
}

/*
 * Ends the process. iscsi(4)'s own handler of the same event waits for a wake-up that goes to
 * only one sleeper, and must not be robbed of it by ours (the facts: docs/freebsd.md).
 */
static void
isboot_end(void *unused __unused, int howto __unused)
{
	int error = 0;

	if (KERNEL_PANICKED() || SCHEDULER_STOPPED())
		return;
	mtx_lock(&isboot_lock);
	isboot_stop = true;
	wakeup(&isboot_stop);
	if (isboot_process != NULL) {
		PROC_LOCK(isboot_process);
		kern_psignal(isboot_process, SIGKILL);
		PROC_UNLOCK(isboot_process);
	}
	while (isboot_process != NULL && error == 0)
		error = mtx_sleep(&isboot_process, &isboot_lock, 0, "isbend",
		    ISBOOT_END_TIMEOUT * hz);
	mtx_unlock(&isboot_lock);
	if (error != 0)
		printf("isboot: the process does not end: %d\n", error);
}

static int
isboot_load(void)
{
	int error;

	/* Loaded by hand, later: nothing waits for a disk any more. */
	if (root_mounted()) {
		printf("isboot: root is mounted already: nothing to do; load it with loader.conf\n");
		return (0);
	}
	isboot_hold = root_mount_hold("isboot");
	isboot_shutdown_tag = EVENTHANDLER_REGISTER(shutdown_post_sync, isboot_end, NULL,
	    SHUTDOWN_PRI_FIRST);
	error = kproc_create(isboot_run, NULL, &isboot_process, 0, ISBOOT_STACK_PAGES, "isboot");
	if (error != 0) {
		printf("isboot: no process: error %d; booting goes on without it\n", error);
		EVENTHANDLER_DEREGISTER(shutdown_post_sync, isboot_shutdown_tag);
		isboot_shutdown_tag = NULL;
		isboot_release_root();
	}
	return (error);
}

static int
isboot_modevent(module_t mod __unused, int what, void *unused __unused)
{
	switch (what) {
	case MOD_LOAD:
		return (isboot_load());
	case MOD_QUIESCE:
	case MOD_UNLOAD:
		/* While the process lives, root needs it or may yet need it. */
		if (isboot_process != NULL)
			return (EBUSY);
		if (what == MOD_QUIESCE)
			return (0);
		pause("isboot", hz / 10);	/* the process's last steps are in this module */
		if (isboot_shutdown_tag != NULL)
			EVENTHANDLER_DEREGISTER(shutdown_post_sync, isboot_shutdown_tag);
		return (sysctl_ctx_free(&isboot_sysctls));
	case MOD_SHUTDOWN:
		return (0);	/* isboot_end() does it, and earlier */
	default:
		return (EOPNOTSUPP);
	}
}

static moduledata_t isboot_module = { "isboot", isboot_modevent, NULL };

/* As late as can be before root is mounted: the drivers of the NICs are there. */
DECLARE_MODULE(isboot, isboot_module, SI_SUB_ROOT_CONF - 1, SI_ORDER_ANY);
MODULE_VERSION(isboot, 1);
MODULE_DEPEND(isboot, acpi, 1, 1, 1);
MODULE_DEPEND(isboot, cam, 1, 1, 1);
MODULE_DEPEND(isboot, crypto, 1, 1, 1);
