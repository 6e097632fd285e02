// NetworkManager carries out one profile for a NIC: with isboot's alone the settings of the
// system's own would be lost. Which that is, is known when NetworkManager starts (netplan's
// generator has then run), and so it is looked up then.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// `sh FILE [ROOT]`. The profile that it takes is the one that NetworkManager would start for this
// NIC by itself. Left out of it is what would take root away: another MAC, a master, 802.1X, limits
// for DHCP and routers after which the link is given up. A profile for every NIC does not ask for a
// lease where firmware was given an address. A link that is taken over as it is keeps its MTU
// (1.42), so that is set here.
constexpr const char* kNetworkManagerScript = R"sh(root=${1-}
plain=$root/run/isboot/isboot-$link.nmconnection
mine=$root/run/NetworkManager/system-connections/isboot-$link.nmconnection

# For a profile that fits and starts by itself: its priority, and 1 when it is for this NIC alone.
fits() {
  awk -F= -v link="$link" -v mac="$mac" -v type="$type" '
    { sub(/\r$/, ""); gsub(/^[ \t]+|[ \t]+$/, "") }
    /^[#;]/ || /^$/ { next }
    /^\[/ { section = $0; sub(/802-3-/, "", section); next }
    {
      key = $1; gsub(/[ \t]+$/, "", key)
      value = $0; sub(/^[^=]*=[ \t]*/, "", value)
      if (value == "") next
    }
    section == "[match]" { ++bad }
    section == "[ethernet]" && key == "mac-address" { if (tolower(value) != mac) ++bad; else own = 1 }
    section != "[connection]" { next }
    key == "type" { sub(/802-3-/, "", value); kind = value }
    key == "interface-name" { if (value != link) ++bad; else own = 1 }
    key == "autoconnect" && value ~ /^(false|0|no)$/ { ++bad }
    key ~ /^(master|controller|slave-type|port-type)$/ { ++bad }
    key == "autoconnect-priority" { priority = value }
    END {
      if (bad || kind != type || (type == "vlan" && !own)) exit 1
      print priority + 0, own + 0
    }' "$1"
}

# The profile of isboot, then that of the system, into one.
merge() {
  awk -v family="$family" -v address="$address" -v dhcp="$dhcp" -v shared="$shared" '
    function add(where, line) { text[where] = text[where] line "\n" }
    # Those of isboot come first.
    function numbered(name, options, value) {
      return name (++count[section, name options] + (section == family)) options "=" value
    }
    FNR == 1 { ++files }
    { sub(/\r$/, ""); gsub(/^[ \t]+|[ \t]+$/, "") }
    /^[#;]/ || /^$/ { next }
    /^\[/ {
      section = substr($0, 2, length($0) - 2); sub(/^802-3-/, "", section)
      if (!((files, section) in seen)) { seen[files, section] = 1; order[++sections] = section }
      next
    }
    {
      key = $0; sub(/[ \t]*=.*/, "", key)
      value = $0; sub(/^[^=]*=[ \t]*/, "", value)
    }
    files == 1 { own[section, ++owns[section]] = key; set[section, key] = value; next }
    section == "connection" {
      if (key ~ /^(zone|metered|mdns|llmnr|dns-over-tls|lldp|mud-url)$/) add(section, $0)
      next
    }
    section ~ /^(match|vlan|802-1x|.*-port)$/ { next }
    section == "ethernet" && key ~ /mac-address/ { next }
    section !~ /^ipv[46]$/ { add(section, $0); next }
    key == "method" { method[section] = value; next }
    key ~ /^(may-fail|dhcp-timeout|ra-timeout)$/ { next }
    section == family && dhcp && key == "dhcp-client-id" { next }
    section == family && (section, key) in set && key ~ /^(addr-gen-mode|ip6-privacy)$/ { next }
    key ~ /^address(es)?[0-9]*$/ {
      split(value, part, /[,;]/)
      sub(/\/.*/, "", part[1])
      if (section != family || tolower(part[1]) != address) add(section, numbered("address", "", value))
      else if (part[2] != "") { add(section, "gateway=" part[2]); has[section, "gateway"] = 1 }
      if (part[2] != "") has[section, "gateway"] = 1
      next
    }
    key ~ /^routes?[0-9]+(_options)?$/ {
      number = key; gsub(/[^0-9]/, "", number)
      add(section, "route" (number + 1) (key ~ /_options$/ ? "_options" : "") "=" value)
      next
    }
    { if (value != "") has[section, key] = 1; add(section, $0) }
    function how(name) {
      if (name != family) return name in method ? method[name] : set[name, "method"]
      if (set[name, "method"] == "auto") return "auto"
      if (method[name] == "auto" && !shared) return "auto"
      return set[name, "method"]
    }
    END {
      for (i = 1; i <= sections; ++i) {
        name = order[i]
        if (name in done) continue
        done[name] = 1
        print "[" name "]"
        ip = name ~ /^ipv[46]$/
        if (ip) print "method=" how(name)
        if (ip && how(name) == "auto") print (name == "ipv4" ? "dhcp" : "ra") "-timeout=2147483647"
        for (j = 1; j <= owns[name]; ++j) {
          key = own[name, j]
          if (ip && key ~ /^(method|dhcp-timeout|ra-timeout)$/) continue
          if (ip && name != family && name in method) continue
          if (ip && key == "gateway" && (has[name, key] || has[name, "never-default"])) continue
          if (ip && key == "dns" && has[name, key]) continue
          print key "=" set[name, key]
        }
        printf "%s\n", text[name]
      }
    }' "$plain" "$1"
}

PATH=$PATH:/usr/sbin:/sbin
umask 077
command -v awk >/dev/null && [ -s "$plain" ] || exit 0
best=$(for folder in etc run usr/lib; do
  for profile in "$root/$folder/NetworkManager/system-connections"/*; do
    case ${profile##*/} in isboot-* | .* | *~ | *.bak) continue ;; esac
    [ -f "$profile" ] && found=$(fits "$profile") && echo "$found $profile"
  done
done | LC_ALL=C sort -s -k 1,1nr -k 2,2nr | head -n 1)
if [ -z "$best" ]; then
  cp "$plain" "$mine"
  exit 0
fi
system=${best#* * }
shared=
case $best in *" 0 $system") shared=1 ;; esac
{ head -n 1 "$plain"; merge "$system"; } >"$mine.new" && mv "$mine.new" "$mine"
mtu=$(sed -n 's/^mtu=//p' "$mine")
[ -n "$root" ] || [ "${mtu:-0}" = 0 ] || echo "$mtu" >"/sys/class/net/$link/mtu"
echo "the settings of $system hold, and root's address stays"
)sh";

}  // namespace

void append_network_manager_join(const BootNic& nic, const ManagedLink& link,
                                 std::vector<RunFile>& files) {
  const auto variable = [](const char* name, const std::string& value) {
    return std::string{name} + "='" + value + "'\n";
  };
  const char* family = !link.carries_address        ? "none"
                       : is_v4_address(nic.address) ? "ipv4"
                                                    : "ipv6";
  files.push_back({"isboot/isboot-" + link.name + ".nmconnection", link.profile, 0600});
  files.push_back(
      {"isboot/join-network-manager-" + link.name,
       "#!/bin/sh\n# By isboot: joins the system's settings for the root disk's NIC with isboot's, "
       "before NetworkManager starts.\n" +
           variable("link", link.name) + variable("mac", std::string{to_text(nic.mac).view()}) +
           variable("type", link.type) + variable("family", family) +
           variable("address", address_text(nic.address)) + variable("dhcp", nic.dhcp ? "1" : "") +
           kNetworkManagerScript});
  // It starts all the same when this fails.
  files.push_back(
      {std::string{kUnitFolder} + "NetworkManager.service.d/isboot-" + link.name + ".conf",
       kSaysWho + ("[Service]\nExecStartPre=-+/bin/sh /run/isboot/join-network-manager-" +
                   link.name + "\n")});
}

}  // namespace isboot::linux_platform
