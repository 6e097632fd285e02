// systemd-networkd takes the first file that fits a NIC, and none beside it: with isboot's file
// alone the system's own settings for that NIC would be lost. What those are is known when
// networkd starts (netplan's generator has then run), and so they are looked up then.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// `sh FILE [ROOT]`. The conditions of [Match] that it knows are those that tell NICs apart; a
// file with another one is not taken (isboot's own file stands then, as it is written).
// Left out of the system's settings is what would take root away: another MAC, a master, a link
// that is to be down. And the address that root uses: 252, told to set an address that
// is there already, sets it over and over and then calls the link failed. A file for every NIC
// does not ask for a lease where firmware was given an address.
constexpr const char* kNetworkdScript = R"sh(root=${1-}
mine=$root/run/systemd/network/$file
before_all=$root/run/systemd/network/0-isboot-$link.network
plain=$root/run/isboot/$file
folders="$root/etc/systemd/network $root/run/systemd/network
$root/usr/local/lib/systemd/network $root/usr/lib/systemd/network $root/lib/systemd/network"

# Names below those folders that end in $2, in order; of equal names the first folder's.
names() {
  for folder in $folders; do
    for found in "$folder$1"/*"$2"; do
      [ -e "$found" ] && echo "${found##*/}"
    done
  done | LC_ALL=C sort -u
}
first() {
  for folder in $folders; do
    [ -e "$folder/$1" ] && echo "$folder/$1" && return
  done
}

# Status 0: it fits this NIC alone; 3: this one among others.
fits() {
  awk -v name="$link" -v mac="$mac" -v type="$type" '
    function regex(glob) {
      gsub(/[.+^$(){}|\\]/, "\\\\&", glob)
      gsub(/\*/, ".*", glob)
      gsub(/\?/, ".", glob)
      return "^" glob "$"
    }
    function one_of(values, what,    list, count, i, negated, found) {
      negated = sub(/^!/, "", values)
      count = split(values, list, /[ \t]+/)
      for (i = 1; i <= count; ++i)
        if (what ~ regex(list[i])) found = 1
      return negated ? !found : found
    }
    { sub(/\r$/, ""); sub(/^[ \t]+/, ""); sub(/[ \t]+$/, "") }
    /^\[/ { inside = $0 == "[Match]"; next }
    !inside || !/^[A-Za-z]+[ \t]*=/ { next }
    {
      key = $0; sub(/[ \t]*=.*/, "", key)
      value = $0; sub(/^[^=]*=[ \t]*/, "", value)
      if (value == "") next
      any = 1
      if (key == "Name") {
        bad += !one_of(value, name)
        own += value == name
      } else if (key == "MACAddress" || key == "PermanentMACAddress") {
        gsub(/-/, ":", value)
        bad += !one_of(tolower(value), mac)
        own += tolower(value) == mac
      } else if (key == "Type") {
        bad += !one_of(value, type)
      } else {
        ++bad
      }
    }
    END { exit bad || !any ? 1 : own ? 0 : 3 }' "$1"
}

# The files of the system, then isboot's own.
merge() {
  awk -v address="$address" -v prefix="$prefix" -v dhcp="$dhcp" -v shared="$shared" '
    function flush_part() {
      if (part != "" && !drop) printf "%s", part
      part = ""; drop = 0
    }
    { sub(/\r$/, ""); sub(/^[ \t]+/, ""); sub(/[ \t]+$/, "") }
    /^[#;]/ || /^$/ { next }
    /^\[/ {
      flush_part()
      section = $0
      if (section != "[Match]") part = section "\n"
      next
    }
    section == "[Match]" { next }
    {
      key = $0; sub(/[ \t]*=.*/, "", key)
      value = $0; sub(/^[^=]*=[ \t]*/, "", value)
      if (mine) {
        if (key == "DNS" && has["DNS"]) next
        if (key == "LinkLocalAddressing" && has[key]) next
        if (key == "DHCP" && has[key] ~ /^(yes|true|on|1|ipv4|both)$/) next
        if (key == "DHCP" && has[key] == "ipv6") value = "yes"
        part = part key "=" value "\n"
        next
      }
      ours = value == address "/" prefix || value == address
      if (section == "[Address]" && key == "Address" && ours) drop = 1
      if (section == "[Network]") {
        if (key == "Address" && ours) next
        if (key ~ /^(KeepConfiguration|Bridge|Bond|VRF|BatmanAdvanced)$/) next
        if (key == "DHCP" && shared && !dhcp) next
        has[key] = value
      }
      if (section == "[Link]" && key ~ /^(MACAddress|ActivationPolicy)$/) next
      if (section ~ /^\[DHCP(v4)?\]$/ && key == "ClientIdentifier" && dhcp) next
      part = part $0 "\n"
    }
    END { flush_part() }' "$@" mine=1 "$plain"
}

PATH=$PATH:/usr/sbin:/sbin
rm -f "$before_all"
command -v awk >/dev/null && [ -s "$plain" ] || exit 0
for name in $(names "" .network); do
  case $name in 05-isboot-*) continue ;; esac
  system=$(first "$name")
  [ -s "$system" ] || continue # masked
  fits "$system"
  case $? in
    0) shared= ;;
    3) shared=1 ;;
    *) continue ;;
  esac
  set -- "$system"
  for part in $(names "/$name.d" .conf); do
    set -- "$@" "$(first "$name.d/$part")"
  done
  [ "$(printf '%s\n' "$name" "$file" | LC_ALL=C sort | head -n 1)" = "$file" ] || mine=$before_all
  { sed '/^\[Network\]/,$d' "$plain"; merge "$@"; } >"$mine.new" && mv "$mine.new" "$mine"
  echo "the settings of $system hold, and root's address stays"
  exit 0
done
cp "$plain" "$mine"
)sh";

}  // namespace

void append_networkd_join(const BootNic& nic, const KnownLink& link, const char* type,
                          const std::string& file, const std::string& plain,
                          std::vector<RunFile>& files) {
  const auto variable = [](const char* name, const std::string& value) {
    return std::string{name} + "='" + value + "'\n";
  };
  std::string script =
      "#!/bin/sh\n# By isboot: joins the system's settings for the root disk's NIC with isboot's, "
      "before networkd starts.\n";
  script += variable("file", file) + variable("link", link.name);
  script += variable("mac", std::string{to_text(nic.mac).view()}) + variable("type", type);
  script += variable("address", address_text(nic.address)) +
            variable("prefix", std::to_string(nic.prefix));
  script += variable("dhcp", nic.dhcp ? "1" : "") + kNetworkdScript;
  files.push_back({"isboot/" + file, plain});
  files.push_back({"isboot/join-networkd-" + link.name, script});
  // With all rights: networkd's own unit has none to write its settings. It starts all the same
  // when this fails.
  files.push_back(
      {std::string{kUnitFolder} + "systemd-networkd.service.d/isboot-" + link.name + ".conf",
       kSaysWho +
           ("[Service]\nExecStartPre=-+/bin/sh /run/isboot/join-networkd-" + link.name + "\n")});
}

}  // namespace isboot::linux_platform
