/*
 * All that the C++ of this module asks of the FreeBSD kernel, and the one function that the
 * kernel's side calls in the C++. isboot_kernel.c implements it with the kernel's headers;
 * tests/freebsd/fake_kernel.cc for the tests. Whoever includes it has the fixed-width integers
 * and size_t at hand already (<sys/types.h> in the kernel, kernel.h in C++), so that no header
 * of the one world comes into the other.
 *
 * Functions that can fail return 0 or an error number, FreeBSD's own. The ones that wait end with
 * ISBOOT_EINTR or ISBOOT_ERESTART once the module is being stopped, and for no signal that somebody
 * sends; `ms`, how long they may take, is 1 to ISBOOT_MAX_WAIT. Nothing is kept of what a pointer
 * shows, but for isboot_add_sysctl().
 */
#pragma once

/* FreeBSD's numbers of the causes that the C++ tells apart; isboot_kernel.c checks them. */
enum isboot_errno {
  ISBOOT_ERESTART = -1,
  ISBOOT_ENOENT = 2,
  ISBOOT_ESRCH = 3,
  ISBOOT_EINTR = 4,
  ISBOOT_ENXIO = 6,
  ISBOOT_EBUSY = 16,
  ISBOOT_EWOULDBLOCK = 35,
  ISBOOT_ENOTCONN = 57,
  ISBOOT_ETIMEDOUT = 60,
};

/* Runs in the module's process until there is nothing left to do or isboot_stopping(). */
void isboot_main(void);

/* The module's life. */
int isboot_stopping(void);
void isboot_release_root(void);     /* the kernel may mount root; calling again is harmless */
void* isboot_allocate(size_t size); /* zeroed; waits for memory, never fails */
void isboot_free(void* memory);     /* wipes it first */

/* Time, randomness, hashes. */
enum { ISBOOT_MAX_WAIT = 3600000 };
uint64_t isboot_now(void); /* milliseconds since the kernel started */
int isboot_sleep(uint64_t ms);
int isboot_random_seeded(void); /* 0: what isboot_random() gives could be guessed */
void isboot_random(void* out, size_t size);
struct isboot_part {
  const void* data;
  size_t size;
};
/* By the algorithm's number in CHAP: 5 MD5, 6 SHA-1, 7 SHA-256, and no other. */
void isboot_digest(unsigned algorithm, const struct isboot_part* parts, size_t count, uint8_t* out);

/* One line to the console and the message buffer; a newline is added. */
void isboot_print(const char* line, size_t length);

/* The loader's variable, cut to `size` with its NUL; 0 when it is not set. */
int isboot_tunable(const char* name, char* value, size_t size);

/*
 * Firmware. Both copy at most `size` bytes; `length` is how many there were of the table. Tables
 * of one signature are counted from 1. ISBOOT_ENOENT: there is none, or no such memory here.
 */
int isboot_acpi_table(const char* signature, unsigned number, void* out, size_t size,
                      size_t* length);
int isboot_low_memory(uint64_t address, void* out, size_t size);

/* Network interfaces with addresses of 6 bytes. The numbers of both enums are the kernel's. */
enum isboot_link_type {
  ISBOOT_ETHERNET = 6,
  ISBOOT_VLAN = 135,
  ISBOOT_LAGG = 161,
  ISBOOT_BRIDGE = 209,
};
enum isboot_carrier {
  ISBOOT_CARRIER_UNKNOWN, /* not yet, or never: the driver does not say */
  ISBOOT_NO_CARRIER,
  ISBOOT_CARRIER,
};
struct isboot_link {
  uint32_t index;
  char name[16]; /* ends with NUL */
  uint8_t mac[6];
  uint8_t permanent_mac[6]; /* zeros: the driver does not say */
  uint8_t type;             /* enum isboot_link_type, or another */
  uint8_t up;
  uint8_t running;    /* 0: the driver has not set it up yet, `carrier` means nothing */
  uint8_t carrier;    /* enum isboot_carrier */
  uint8_t advertised; /* it has an address by router advertisement that can be used */
};
/* Those that find no room in `out` are left out. */
size_t isboot_links(struct isboot_link* out, size_t room);
/* What is there already is as good as done. */
enum isboot_action {
  ISBOOT_LINK_UP,
  ISBOOT_SET_MTU, /* to `value` */
  ISBOOT_CREATE,  /* vlan(4) makes what a name like "em0.42" describes */
  ISBOOT_HEED,    /* the kernel takes addresses and routes from IPv6 routers */
  ISBOOT_MARK,    /* puts it into the group "isboot", for rc(8) and people to see */
};
int isboot_change_link(enum isboot_action action, const char* name, uint32_t value);
/*
 * Socket addresses and masks are struct sockaddr_in and sockaddr_in6 as bytes (socket_address.h);
 * what is there already is as good as added.
 */
int isboot_add_address(const char* name, const void* address, const void* mask);
/* `mask` NULL: a host. `gateway` NULL: the destination is on the link. */
int isboot_add_route(const char* name, const void* destination, const void* mask,
                     const void* gateway);

/* A connection is a descriptor of the module's process. The numbers are IANA's. */
enum isboot_protocol {
  ISBOOT_TCP = 6,
  ISBOOT_ICMP6 = 58, /* its checksum is the kernel's to make; it leaves with a hop limit of 255 */
};
enum isboot_direction {
  ISBOOT_SEND,
  ISBOOT_RECEIVE,
};
/*
 * ISBOOT_EWOULDBLOCK: nobody answered for `ms`. `descriptor` is then to be closed as well: only
 * where nothing is stored there is none.
 */
int isboot_connect(enum isboot_protocol protocol, const void* address, uint64_t ms,
                   int* descriptor);
/*
 * Gives the connection the lowest free number from `lowest` on in place of its own; `descriptor`
 * stays as it is when that fails.
 */
int isboot_renumber(int* descriptor, int lowest);
/* For every later transfer in that direction, and the initiator's. 0: no limit. */
int isboot_set_limit(enum isboot_direction direction, int descriptor, uint64_t ms);
/*
 * Sends `data`, which it leaves as it is, or receives into it; `done` is how much of it.
 * ISBOOT_EWOULDBLOCK: nothing until the limit.
 */
int isboot_transfer(enum isboot_direction direction, int descriptor, void* data, size_t size,
                    size_t* done);
void isboot_close(int descriptor);

/*
 * The initiator, sys/dev/iscsi. Texts end with NUL; a secret that does not fit (16 bytes)
 * stays out of the configuration, with its name.
 */
struct isboot_session {
  char initiator[224];
  char target[224];
  char address[47]; /* as iscsictl(8) shows it: "10.0.0.1:3260", "[fd00::1]:3260" */
  char user[224];
  char secret[17];
  char reverse_user[224];
  char reverse_secret[17];
  uint8_t header_digest;
  uint8_t data_digest;
  int ping_timeout; /* seconds, 0: the target is never asked */
};
/* A session that waits for its login. */
struct isboot_wait {
  uint32_t id;
  char target[224];
  char address[47];
  uint8_t isid[6]; /* the kernel's for it, whoever logs in: iscsid(8) uses it too */
};
enum isboot_session_state {
  ISBOOT_CONNECTED,
  ISBOOT_LOST,   /* I/O is held until somebody hands a connection over */
  ISBOOT_NO_BUS, /* its disks are gone: not connected yet, removed, or failed at once */
};
struct isboot_limits {
  uint32_t max_receive; /* MaxRecvDataSegmentLength that the transport takes, 0: any */
  uint32_t max_send;
};
struct isboot_handoff {
  uint32_t id;
  int descriptor;
  uint16_t tsih;
  uint32_t stat_sn; /* the last one that the target sent */
  uint8_t header_digest;
  uint8_t data_digest;
  uint8_t initial_r2t;
  uint8_t immediate_data;
  uint32_t max_receive;
  uint32_t max_send;
  uint32_t max_burst;
  uint32_t first_burst;
};
/* ISBOOT_ENXIO: iscsi(4) is not in the kernel. ISBOOT_EBUSY: that session is there already. */
int isboot_iscsi_add(const struct isboot_session* session);
int isboot_iscsi_remove(uint32_t id);
/* Waits until some session needs a login, and takes it: nobody else is asked then. */
int isboot_iscsi_wait(struct isboot_wait* out);
/* Takes nobody's wait. */
enum isboot_session_state isboot_iscsi_state(uint32_t id);
/* Whether somebody has /dev/iscsi open, as iscsid(8) has all the time. */
int isboot_iscsi_is_open(void);
/* ISBOOT_ESRCH: there is no such session (any more). */
int isboot_iscsi_limits(uint32_t id, int descriptor, struct isboot_limits* out);
/* ISBOOT_EBUSY: somebody else was faster. The descriptor is to be closed in any case. */
int isboot_iscsi_hand_off(const struct isboot_handoff* handoff);
/*
 * The disk of a LUN, as SCSI sends it, once it can be opened: "da0".
 * ISBOOT_ENOENT: not yet there.
 */
int isboot_disk(uint32_t session, const uint8_t lun[8], char* name, size_t size);

/*
 * Makes sysctl(8) show the text in `value`, which ends with NUL at any moment and stays where it is
 * until the module is unloaded. `name` is the last part of the sysctl's. To be called by the
 * module's process only, once for a name.
 */
enum isboot_node {
  ISBOOT_HW_ISBOOT,
  ISBOOT_HW_IBFT,
  ISBOOT_NET_ISBOOT,
};
int isboot_add_sysctl(enum isboot_node node, const char* name, char* value, size_t size);
