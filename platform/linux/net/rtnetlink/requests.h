// The rtnetlink requests that isboot makes, each written behind those that a batch
// holds already. Sources: rtnetlink(7), linux/rtnetlink.h, if_link.h, if_addr.h.
#pragma once

#include "core/boot/link_choice.h"
#include "core/boot/network_plan.h"
#include "platform/linux/netlink/message_writer.h"

namespace isboot::linux_platform {

// All links that there are; the answer ends with NLMSG_DONE.
void request_all_links(netlink::MessageWriter& out, std::uint32_t sequence);
// One link as it is now; no acknowledgement but the answer.
void request_link(netlink::MessageWriter& out, std::uint32_t sequence, LinkId link);

// All addresses of one family (AF_INET, AF_INET6) that there are, of all links; the answer
// ends with NLMSG_DONE.
void request_addresses(netlink::MessageWriter& out, std::uint32_t sequence, std::uint8_t family);
void request_routes(netlink::MessageWriter& out, std::uint32_t sequence, std::uint8_t family);

// Makes one change of a plan on `link`; answered by an acknowledgement. Again is
// harmless, but that an AddVlan answers EEXIST.
void request_change(netlink::MessageWriter& out, std::uint32_t sequence, const boot::SeenLink& link,
                    const boot::NetworkChange& change);

// Takes an IPv6 address away.
void request_no_address(netlink::MessageWriter& out, std::uint32_t sequence, LinkId link,
                        const IpAddress& address, std::uint8_t prefix);

// The IPv6 address of AddLinkLocal: RFC 4291 section 2.5.6, with the interface identifier of its
// appendix A. It is the one that the kernel makes by default, so that the two are one.
IpAddress link_local_address(const MacAddress& mac);

// "eth0.42"; "vlan42" when that is longer than a name may be.
LinkName vlan_name(Text parent, std::uint16_t vlan);

}  // namespace isboot::linux_platform
