/*
 * SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026, the isboot authors
 *
 * The kernel's side of isboot: the module, its process, and everything that needs the kernel's
 * headers, in style(9). It decides nothing; the C++ behind isboot_kernel.h does.
 */
/* clang-format off */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
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
#include <netinet6/nd6.h>

#include <cam/cam.h>
#include <cam/cam_periph.h>
#include <cam/cam_sim.h>
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
CTASSERT(ISBOOT_ERESTART == ERESTART && ISBOOT_ENOENT == ENOENT && ISBOOT_ESRCH == ESRCH &&
    ISBOOT_EINTR == EINTR && ISBOOT_ENXIO == ENXIO && ISBOOT_EBUSY == EBUSY &&
    ISBOOT_EWOULDBLOCK == EWOULDBLOCK && ISBOOT_ENOTCONN == ENOTCONN &&
    ISBOOT_ETIMEDOUT == ETIMEDOUT);
/* As numbers: clang 19, 15's compiler, lets no two enumerations be compared. */
CTASSERT((int)ISBOOT_ETHERNET == IFT_ETHER && (int)ISBOOT_VLAN == IFT_L2VLAN &&
    (int)ISBOOT_BRIDGE == IFT_BRIDGE && (int)ISBOOT_LAGG == IFT_IEEE8023ADLAG);
CTASSERT((int)ISBOOT_CARRIER_UNKNOWN == LINK_STATE_UNKNOWN &&
    (int)ISBOOT_NO_CARRIER == LINK_STATE_DOWN && (int)ISBOOT_CARRIER == LINK_STATE_UP);

/* How long shutdown and unloading wait for the process; it needs milliseconds. */
#define	ISBOOT_END_TIMEOUT	10	/* seconds */

/* CAM numbers buses from 0, and a machine that boots from one of them has few. */
#define	ISBOOT_MAX_BUSES	256

static MALLOC_DEFINE(M_ISBOOT, "isboot", "iSCSI boot");

static struct mtx isboot_lock;
MTX_SYSINIT(isboot_lock, &isboot_lock, "isboot", MTX_DEF);
static struct proc *isboot_process;	/* under isboot_lock; NULL when it has nothing left to do */
static pid_t isboot_pid;		/* of the last one */
static bool isboot_stop;		/* under isboot_lock, read without it */
static struct root_hold_token *isboot_hold;	/* the process's own once it runs */
static eventhandler_tag isboot_shutdown_tag;
static u_long isboot_iscsi_users;	/* who has /dev/iscsi open; the process's own, as above */

/* Sysctls and tunables. Which there are and what they say is up to the C++. */
static SYSCTL_NODE(_hw, OID_AUTO, isboot, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iSCSI boot");
static SYSCTL_NODE(_hw, OID_AUTO, ibft, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iBFT parameters");
static SYSCTL_NODE(_net, OID_AUTO, isboot, CTLFLAG_RD | CTLFLAG_MPSAFE, 0, "iSCSI boot");

static struct sysctl_ctx_list isboot_sysctls = TAILQ_HEAD_INITIALIZER(isboot_sysctls);

int
isboot_add_sysctl(enum isboot_node node, const char *name, char *value, size_t size)
{
	struct sysctl_oid_list *const nodes[] = {
		[ISBOOT_HW_ISBOOT] = SYSCTL_STATIC_CHILDREN(_hw_isboot),
		[ISBOOT_HW_IBFT] = SYSCTL_STATIC_CHILDREN(_hw_ibft),
		[ISBOOT_NET_ISBOOT] = SYSCTL_STATIC_CHILDREN(_net_isboot),
	};

	return (SYSCTL_ADD_STRING(&isboot_sysctls, nodes[node], OID_AUTO, name, CTLFLAG_RD, value,
	    size, "see isboot(4)") != NULL ? 0 : ENOMEM);
}

int
isboot_tunable(const char *name, char *value, size_t size)
{
	return (getenv_string(name, value, (int)size));
}

void *
isboot_allocate(size_t size)
{
	return (malloc(size, M_ISBOOT, M_WAITOK | M_ZERO));
}

void
isboot_free(void *memory)
{
	zfree(memory, M_ISBOOT);
}

int
isboot_stopping(void)
{
	return (isboot_stop);
}

uint64_t
isboot_now(void)
{
	return (sbttoms(sbinuptime()));
}

int
isboot_sleep(uint64_t ms)
{
	int error = EINTR;

	mtx_lock(&isboot_lock);
	if (!isboot_stop)
		error = msleep_sbt(&isboot_stop, &isboot_lock, PCATCH, "isboot", mstosbt(ms), 0, 0);
	mtx_unlock(&isboot_lock);
	return (error == EWOULDBLOCK ? 0 : error);
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

#define	ISBOOT_DIGEST(type, init, update, final) do {			\
	type c;								\
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

int
isboot_acpi_table(const char *signature, unsigned number, void *out, size_t size, size_t *length)
{
	ACPI_TABLE_HEADER *table;

	if (ACPI_FAILURE(AcpiGetTable(__DECONST(char *, signature), number, &table)))
		return (ENOENT);
	*length = MIN(size, table->Length);
	memcpy(out, table, *length);
	AcpiPutTable(table);
	return (0);
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
static u_int
isboot_is_advertised(void *unused __unused, struct ifaddr *ifa, u_int count __unused)
{
	int flags = ((struct in6_ifaddr *)ifa)->ia6_flags;

	return ((flags & IN6_IFF_AUTOCONF) != 0 && (flags & IN6_IFF_NOTREADY) == 0);
}

size_t
isboot_links(struct isboot_link *out, size_t room)
{
	struct epoch_tracker et;
	struct if_iter iter;
	struct ifreq ifr;
	size_t count = 0;

	NET_EPOCH_ENTER(et);
	for (if_t ifp = if_iter_start(&iter); ifp != NULL && count < room;
	    ifp = if_iter_next(&iter)) {
		if (if_getaddrlen(ifp) != sizeof(out->mac))
			continue;
		memset(out, 0, sizeof(*out));
		out->index = if_getindex(ifp);
		out->type = if_gettype(ifp);
		strlcpy(out->name, if_name(ifp), sizeof(out->name));
		memcpy(out->mac, if_getlladdr(ifp), sizeof(out->mac));
		if (if_gethwaddr(ifp, &ifr) == 0)
			memcpy(out->permanent_mac, ifr.ifr_addr.sa_data, sizeof(out->permanent_mac));
		out->up = (if_getflags(ifp) & IFF_UP) != 0;
		out->running = (if_getdrvflags(ifp) & IFF_DRV_RUNNING) != 0;
		out->carrier = if_getlinkstate(ifp);
		out->advertised = if_foreach_addr_type(ifp, AF_INET6, isboot_is_advertised, NULL) != 0;
		out++;
		count++;
	}
	if_iter_finish(&iter);
	NET_EPOCH_EXIT(et);
	return (count);
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
	struct in6_ndireq nd = { 0 };
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
	case ISBOOT_HEED:
		error = isboot_net_ioctl(AF_INET6, name, SIOCGIFINFO_IN6, &nd);
		nd.ndi.flags |= ND6_IFF_ACCEPT_RTADV | ND6_IFF_AUTO_LINKLOCAL;
		nd.ndi.flags &= ~ND6_IFF_IFDISABLED;
		return (error != 0 ? error : isboot_net_ioctl(AF_INET6, name, SIOCSIFINFO_FLAGS, &nd));
	case ISBOOT_MARK:
		return (isboot_net_ioctl(AF_INET, name, SIOCAIFGROUP, &group));
	}
	return (EINVAL);
}

int
isboot_add_address(const char *name, const void *address, const void *mask)
{
	const struct sockaddr *own = address;
	struct epoch_tracker et;
	struct ifaddr *ifa;
	bool there;
	struct in_aliasreq request4 = { 0 };
	/* Firmware has just used it: no second spent on looking for another owner. */
	struct in6_aliasreq request6 = { .ifra_flags = IN6_IFF_NODAD, .ifra_lifetime =
	    { .ia6t_vltime = ND6_INFINITE_LIFETIME, .ia6t_pltime = ND6_INFINITE_LIFETIME } };

	/* An address that is set again is taken away first, with its routes: in_aifaddr_ioctl(). */
	NET_EPOCH_ENTER(et);
	ifa = ifa_ifwithaddr(own);
	there = ifa != NULL && strcmp(if_name(ifa->ifa_ifp), name) == 0;
	NET_EPOCH_EXIT(et);
	if (there)
		return (0);
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
isboot_add_route(const char *name, const void *destination, const void *mask, const void *gateway)
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
	NET_EPOCH_ENTER(et);
	info.rti_ifp = ifunit(name);
	if (info.rti_ifp != NULL) {
		link.sdl_index = if_getindex(info.rti_ifp);
		info.rti_ifa = ifaof_ifpforaddr(info.rti_info[RTAX_DST], info.rti_ifp);
		if (info.rti_ifa != NULL)
			error = rib_action(RT_DEFAULT_FIB, RTM_ADD, &info, &rc);
	}
	NET_EPOCH_EXIT(et);
	return (error == EEXIST ? 0 : error);
}

/* Connections. The process's own descriptors, since the initiator takes one from there. */
static int
isboot_wait_connected(struct socket *so, uint64_t ms)
{
	int error = 0;

	SOCK_LOCK(so);
	while ((so->so_state & SS_ISCONNECTING) != 0 && so->so_error == 0 && error == 0)
		error = isboot_stop ? EINTR : msleep_sbt(&so->so_timeo, &so->so_lock,
		    PSOCK | PCATCH, "isbcon", mstosbt(ms), 0, 0);
	if (error == 0) {
		error = so->so_error;
		so->so_error = 0;
	}
	SOCK_UNLOCK(so);
	return (error);
}

int
isboot_set_limit(enum isboot_direction direction, int descriptor, uint64_t ms)
{
	struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	return (kern_setsockopt(curthread, descriptor, SOL_SOCKET, direction == ISBOOT_RECEIVE ?
	    SO_RCVTIMEO : SO_SNDTIMEO, &limit, UIO_SYSSPACE, sizeof(limit)));
}

int
isboot_connect(enum isboot_protocol protocol, const void *address, uint64_t ms, int *descriptor)
{
	struct sockaddr *sa = __DECONST(struct sockaddr *, address);
	struct file *fp;
	int error, hops = 255;

	error = kern_socket(curthread, sa->sa_family, protocol == ISBOOT_TCP ? SOCK_STREAM : SOCK_RAW,
	    protocol);
	if (error != 0)
		return (error);
	*descriptor = curthread->td_retval[0];
	if (protocol == ISBOOT_ICMP6)
		error = kern_setsockopt(curthread, *descriptor, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
		    UIO_SYSSPACE, sizeof(hops));
	if (error == 0)
		error = getsock(curthread, *descriptor, &cap_connect_rights, &fp);
	if (error != 0)
		return (error);
	error = soconnect(fp->f_data, sa, curthread);
	if (error == 0)
		error = isboot_wait_connected(fp->f_data, ms);
	fdrop(fp, curthread);
	return (error);
}

void
isboot_close(int descriptor)
{
	(void)kern_close(curthread, descriptor);	/* EBADF: the initiator took it whole */
}

int
isboot_renumber(int *descriptor, int lowest)
{
	int error = kern_fcntl(curthread, *descriptor, F_DUPFD, lowest);

	if (error != 0)
		return (error);
	isboot_close(*descriptor);
	*descriptor = curthread->td_retval[0];
	return (0);
}

int
isboot_transfer(enum isboot_direction direction, int descriptor, void *data, size_t size,
    size_t *done)
{
	struct iovec iov = { data, size };
	struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = size,
	    .uio_segflg = UIO_SYSSPACE, .uio_td = curthread };
	struct file *fp;
	int error;

	uio.uio_rw = direction == ISBOOT_RECEIVE ? UIO_READ : UIO_WRITE;
	error = getsock(curthread, descriptor, &cap_no_rights, &fp);
	if (error != 0)
		return (error);
	if (isboot_stop)
		error = EINTR;
	else if (direction == ISBOOT_RECEIVE)
		error = soreceive(fp->f_data, NULL, &uio, NULL, NULL, NULL);
	else
		error = sosend(fp->f_data, NULL, &uio, NULL, NULL, 0, curthread);
	fdrop(fp, curthread);
	*done = size - uio.uio_resid;
	return (error);
}

/* The initiator. */
static int
isboot_iscsi_ioctl(u_long command, void *data)
{
	struct cdev_priv *cdp;
	struct cdevsw *dsw;
	int error = ENXIO, ref;

	/* There is no file system to open /dev/iscsi in. */
	dev_lock();
	TAILQ_FOREACH(cdp, &cdevp_list, cdp_list)
		if ((cdp->cdp_flags & CDP_ACTIVE) != 0 && strcmp(cdp->cdp_c.si_name, "iscsi") == 0)
			break;
	if (cdp != NULL) {
		dev_refl(&cdp->cdp_c);
		isboot_iscsi_users = cdp->cdp_c.si_usecount;
	}
	dev_unlock();
	if (cdp == NULL)
		return (ENXIO);
	dsw = dev_refthread(&cdp->cdp_c, &ref);
	if (dsw != NULL) {
		error = dsw->d_ioctl(&cdp->cdp_c, command, data, FREAD | FWRITE, curthread);
		dev_relthread(&cdp->cdp_c, ref);
	}
	dev_rel(&cdp->cdp_c);
	return (error);
}

int
isboot_iscsi_is_open(void)
{
	(void)isboot_iscsi_ioctl(0, NULL);	/* EINVAL: it has no such request */
	return (isboot_iscsi_users != 0);
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
	return (isboot_iscsi_ioctl(ISCSISREMOVE, &(struct iscsi_session_remove){ .isr_session_id = id }));
}

int
isboot_iscsi_wait(struct isboot_wait *out)
{
	struct iscsi_daemon_request request = { 0 };
	int error = isboot_stop ? EINTR : isboot_iscsi_ioctl(ISCSIDWAIT, &request);

	if (error == 0) {
		out->id = request.idr_session_id;
		strlcpy(out->target, request.idr_conf.isc_target, sizeof(out->target));
		strlcpy(out->address, request.idr_conf.isc_target_addr, sizeof(out->address));
		memcpy(out->isid, request.idr_isid, sizeof(out->isid));
	}
	explicit_bzero(&request, sizeof(request));
	return (error);
}

int
isboot_iscsi_limits(uint32_t id, int descriptor, struct isboot_limits *out)
{
	struct iscsi_daemon_limits request = { .idl_session_id = id, .idl_socket = descriptor };
	int error = isboot_iscsi_ioctl(ISCSIDLIMITS, &request);

	out->max_receive = request.idl_limits.isl_max_recv_data_segment_length;
	out->max_send = request.idl_limits.isl_max_send_data_segment_length;
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

	return (isboot_iscsi_ioctl(ISCSIDHANDOFF, &request));
}

/* A path over the session's bus, to be freed: its SIM has the session's number as its unit. */
static int
isboot_session_path(uint32_t session, target_id_t target, lun_id_t lun, struct cam_path **path)
{
	for (path_id_t bus = 0; bus < ISBOOT_MAX_BUSES; bus++) {
		if (xpt_create_path(path, NULL, bus, target, lun) != CAM_REQ_CMP)
			continue;
		if (strcmp(cam_sim_name(xpt_path_sim(*path)), "iscsi") == 0 &&
		    cam_sim_unit(xpt_path_sim(*path)) == session)
			return (0);
		xpt_free_path(*path);
	}
	return (ENOENT);
}

/* What iscsi_action() answers says it: a frozen queue asks to come again, an ended one is none. */
enum isboot_session_state
isboot_iscsi_state(uint32_t session)
{
	struct ccb_pathinq cpi;
	struct cam_path *path;

	if (isboot_session_path(session, CAM_TARGET_WILDCARD, CAM_LUN_WILDCARD, &path) != 0)
		return (ISBOOT_NO_BUS);
	xpt_path_inq(&cpi, path);
	xpt_free_path(path);
	if ((cpi.ccb_h.status & CAM_STATUS_MASK) == CAM_DEV_NOT_THERE)
		return (ISBOOT_NO_BUS);
	return (cpi.ccb_h.status == CAM_REQ_CMP ? ISBOOT_CONNECTED : ISBOOT_LOST);
}

int
isboot_disk(uint32_t session, const uint8_t lun[8], char *name, size_t size)
{
	struct cam_periph *periph;
	struct cam_path *path;
	int error = isboot_session_path(session, 0, CAM_EXTLUN_BYTE_SWIZZLE(be64dec(lun)), &path);

	if (error != 0)
		return (error);
	xpt_path_lock(path);
	periph = cam_periph_find(path, "da");
	if (periph != NULL)
		snprintf(name, size, "%s%u", periph->periph_name, periph->unit_number);
	xpt_path_unlock(path);
	xpt_free_path(path);
	if (periph == NULL)
		return (ENOENT);
	g_topology_lock();
	error = g_provider_by_name(name) != NULL ? 0 : ENOENT;
	g_topology_unlock();
	return (error);
}

/* The module and its process. */
void
isboot_release_root(void)
{
	root_mount_rel(isboot_hold);	/* NULL is harmless, too */
	isboot_hold = NULL;
}

/*
 * A signal that somebody sends, any of them, is dropped where it is sent. One that were kept would
 * end every sleep with PCATCH for ever, since nothing takes it off in a process that never returns
 * to user mode.
 */
static void
isboot_heed_signals(struct proc *p, bool kill)
{
	struct sigacts *acts = p->p_sigacts;

	PROC_LOCK(p);
	mtx_lock(&acts->ps_mtx);
	SIGFILLSET(acts->ps_sigignore);
	if (kill)
		SIGDELSET(acts->ps_sigignore, SIGKILL);
	mtx_unlock(&acts->ps_mtx);
	if (kill)
		kern_psignal(p, SIGKILL);
	PROC_UNLOCK(p);
}

static void
isboot_run(void *unused __unused)
{
	isboot_pid = curproc->p_pid;
	isboot_heed_signals(curproc, false);
	CURVNET_SET(TD_TO_VNET(curthread));
	isboot_main();
	CURVNET_RESTORE();
	isboot_release_root();
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
	if (isboot_process != NULL)
		isboot_heed_signals(isboot_process, true);
	while (isboot_process != NULL && error == 0)
		error = mtx_sleep(&isboot_process, &isboot_lock, 0, "isbend",
		    ISBOOT_END_TIMEOUT * hz);
	mtx_unlock(&isboot_lock);
	if (error != 0)
		printf("isboot: the process does not end: %d\n", error);
}

/* Whoever unloads takes the code away: the process's last steps must be out of it. */
static bool
isboot_is_leaving(void)
{
	struct proc *p = isboot_pid != 0 ? pfind(isboot_pid) : NULL;
	bool leaving = p != NULL && (p->p_flag & P_KPROC) != 0 && strcmp(p->p_comm, "isboot") == 0;

	if (p != NULL)
		PROC_UNLOCK(p);
	return (leaving);
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
	error = kproc_create(isboot_run, NULL, &isboot_process, 0, 0, "isboot");
	if (error != 0) {
		printf("isboot: no process: error %d; booting goes on without it\n", error);
		isboot_release_root();
		return (error);
	}
	isboot_shutdown_tag = EVENTHANDLER_REGISTER(shutdown_post_sync, isboot_end, NULL,
	    SHUTDOWN_PRI_FIRST);
	return (0);
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
		while (isboot_is_leaving())
			pause("isboot", 1);
		if (isboot_shutdown_tag != NULL)
			EVENTHANDLER_DEREGISTER(shutdown_post_sync, isboot_shutdown_tag);
		isboot_shutdown_tag = NULL;
		return (sysctl_ctx_free(&isboot_sysctls));
	default:	/* isboot_end() shuts down, and earlier */
		return (what == MOD_SHUTDOWN ? 0 : EOPNOTSUPP);
	}
}

static moduledata_t isboot_module = { "isboot", isboot_modevent, NULL };

/* As late as can be before root is mounted: the drivers of the NICs are there. */
DECLARE_MODULE(isboot, isboot_module, SI_SUB_ROOT_CONF - 1, SI_ORDER_ANY);
MODULE_VERSION(isboot, 1);
MODULE_DEPEND(isboot, acpi, 1, 1, 1);
MODULE_DEPEND(isboot, cam, 1, 1, 1);
MODULE_DEPEND(isboot, crypto, 1, 1, 1);
MODULE_DEPEND(isboot, icl, 1, 1, 1);	/* iscsi.ko has no version of its own, but it is icl too */
