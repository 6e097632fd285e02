// ifupdown must leave the boot NIC as it is: its clients give the address a lifetime, its ifdown
// takes the link down. What else the NIC's stanzas in /etc/network/interfaces say has to come
// about all the same. They are looked up when ifupdown starts, with the root file system there.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// `sh FILE [ROOT]`; with a ROOT (tests) the result is only written. Each stanza of the link becomes
// one of the method "manual", which does no more than is written in it: MTU, the commands for "up",
// what scripts in if-up.d read (name servers), addresses and gateways as commands. Left out is what
// would take root away: root's own address (it is there), another MAC, a bridge or bond above it,
// and whatever belongs to going down. A state folder of its own keeps ifdown ignorant of it.
constexpr const char* kIfupdownScript = R"sh(root=${1-}
made=$root/run/isboot/interfaces.$link

# A file of interfaces(5) with what it includes.
read_file() {
  [ "$2" -lt 8 ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *source*)
        keyword=${line#"${line%%[! 	]*}"}
        words=${keyword#*[ 	]}
        keyword=${keyword%%[ 	]*}
        ;;
      *) keyword= ;;
    esac
    case $keyword in
      source | source-directory)
        for word in $words; do
          case $word in
            /*) word=$root$word ;;
            *) word=${1%/*}/$word ;;
          esac
          [ "$keyword" = source ] || word=$word/*
          for file in $word; do
            case $keyword${file##*/} in
              source-directory*[!A-Za-z0-9_-]*) continue ;;
            esac
            [ -f "$file" ] && (read_file "$file" $(($2 + 1)))
          done
        done
        ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <"$1"
}

# Status 0: the link has stanzas, and is one that is brought up at the start.
manual() {
  awk -v link="$link" -v address="$address" '
    function flush(    i, ip) {
      if (!inside) return
      ip = family == "inet6" ? "ip -6" : "ip"
      print "iface " link " " family " manual"
      if (method == "static" && has["address"] != "" && !ours) {
        if (has["address"] !~ /\// && has["netmask"] != "")
          has["address"] = has["address"] "/" has["netmask"]
        print "\tup " ip " addr add " has["address"] " dev " link " || true"
      }
      if (method == "static" && has["gateway"] != "")
        print "\tup " ip " route add default via " has["gateway"] " dev " link \
          (has["metric"] == "" ? "" : " metric " has["metric"]) " onlink || true"
      for (i = 0; i < count; ++i) print "\t" kept[i]
      inside = 0; ++stanzas
    }
    {
      line = pending $0; pending = ""
      if (sub(/\\$/, "", line)) { pending = line; next }
      sub(/\r$/, "", line); sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line)
      if (line == "" || line ~ /^#/) next
      words = split(line, word, /[ \t]+/)
      key = word[1]
    }
    key ~ /^(iface|mapping|auto|allow-.*|no-auto-down|no-scripts|rename|template)$/ {
      flush()
      if (key ~ /^(auto|allow-auto|allow-hotplug)$/)
        for (i = 2; i <= words; ++i)
          if (word[i] == link || word[i] ~ /^\//) started = 1
      if (key == "iface" && word[2] == link && word[4] != "loopback") {
        inside = 1; count = 0; ours = 0; family = word[3]; method = word[4]
        split("", has)
      }
      next
    }
    !inside { next }
    key ~ /^(address|netmask|gateway|metric)$/ {
      has[key] = word[2]
      split(word[2], part, "/")
      if (key == "address" && tolower(part[1]) == address) ours = 1
      next
    }
    key ~ /^(down|pre-down|post-down|hwaddress|ether|broadcast|pointopoint|scope|vendor|client|hostname)$/ { next }
    key ~ /^(lease(hours|time)|accept_ra|autoconf|privext|dad-.*|preferred-lifetime|dhcp)$/ { next }
    key ~ /^(bond|bridge|vlan|ovs|wpa|wireless|batman|team)[-_]/ { next }
    { kept[count++] = line }
    END { flush(); exit started && stanzas ? 0 : 1 }'
}

PATH=$PATH:/usr/sbin:/sbin
[ -f "$root/etc/network/interfaces" ] && command -v awk >/dev/null || exit 0
if ! read_file "$root/etc/network/interfaces" 0 | manual >"$made.new"; then
  rm -f "$made.new" "$made"
  exit 0
fi
mv "$made.new" "$made"
[ -z "$root" ] || exit 0
# Others of that name, busybox's and ifupdown-ng, have no state as it is kept here.
ifup --version 2>/dev/null | grep -q '^ifup version 0' || exit 0
mkdir -p /run/isboot/ifupdown
exec ifup --interfaces="$made" --state-dir=/run/isboot/ifupdown --ignore-errors "$link"
)sh";

}  // namespace

void append_ifupdown_join(const BootNic& nic, const std::string& link,
                          std::vector<RunFile>& files) {
  files.push_back({"isboot/join-ifupdown-" + link,
                   "#!/bin/sh\n# By isboot: what /etc/network/interfaces says of the root disk's "
                   "NIC, besides its address, before ifupdown starts.\nlink='" +
                       link + "' address='" + address_text(nic.address) + "'\n" + kIfupdownScript});
  files.push_back(
      {std::string{kUnitFolder} + "networking.service.d/isboot-" + link + ".conf",
       kSaysWho + ("[Service]\nExecStartPre=-+/bin/sh /run/isboot/join-ifupdown-" + link + "\n")});
}

}  // namespace isboot::linux_platform
