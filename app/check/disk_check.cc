#include "app/check/disk_check.h"

#include <chrono>

#include "app/table/ibft_text.h"
#include "core/iscsi/scsi.h"

namespace isboot::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kRoundTrips = 5;

std::int64_t microseconds_since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count();
}

// For people: the disk was read before, so a target that says no more is no failure.
void measure(Conversation& target, CheckedDisk& checked) {
  iscsi::ExchangeResult result;
  for (int i = 0; i < kRoundTrips; ++i) {
    const auto start = Steady::now();
    if (!target.command(checked.lun, iscsi::scsi::test_unit_ready(), {}, result, 0)) return;
    const std::int64_t took = microseconds_since(start);
    if (i == 0 || took < checked.round_trip_us) checked.round_trip_us = took;
  }
}

CheckedDisk check_at(Conversation& conversation, const Portal& portal, const Lun& lun,
                     const iscsi::LoginConfig& config) {
  CheckedDisk checked;
  checked.portal = to_text(portal).view();
  checked.lun = lun;
  checked.target = config.target_name.view();
  checked.mutual = config.credentials.mutual();
  const auto start = Steady::now();
  if (const auto done = conversation.log_in(portal, config); !done) {
    checked.failure = done.error();
    return checked;
  }
  checked.logged_in = true;
  checked.login_us = microseconds_since(start);
  checked.portal = to_text(conversation.portal()).view();
  checked.params = conversation.params();
  checked.notes = conversation.notes();
  if (const auto probed = probe_disk(conversation, lun, checked.disk); !probed)
    checked.failure = probed.error();
  else
    measure(conversation, checked);
  conversation.log_out();
  return checked;
}

std::string digests(const iscsi::SessionParams& params) {
  if (params.header_digest) return params.data_digest ? "header,data" : "header";
  return params.data_digest ? "data" : "none";
}

std::string authentication(const CheckedDisk& checked) {
  if (checked.params.chap_algorithm == 0) return "none";
  const Text name = iscsi::name_of(static_cast<HashAlgorithm>(checked.params.chap_algorithm));
  return (checked.mutual ? "mutual " : "chap ") + std::string{name};
}

Json text_or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }

Json login_json(const CheckedDisk& checked) {
  const iscsi::SessionParams& params = checked.params;
  return Json::object({{"microseconds", checked.login_us},
                       {"authentication", authentication(checked)},
                       {"header_digest", params.header_digest},
                       {"data_digest", params.data_digest},
                       {"max_recv_data_segment_length", params.max_recv_data_segment_length},
                       {"max_xmit_data_segment_length", params.max_xmit_data_segment_length},
                       {"max_burst_length", params.max_burst_length},
                       {"first_burst_length", params.first_burst_length},
                       {"initial_r2t", params.initial_r2t},
                       {"immediate_data", params.immediate_data},
                       {"portal_group_tag", params.target_portal_group_tag},
                       {"notes", checked.notes}});
}

Json disk_json(const CheckedDisk& checked) {
  const DiskReport& disk = checked.disk;
  return Json::object({{"vendor", disk.vendor},
                       {"product", disk.product},
                       {"revision", disk.revision},
                       {"serial", text_or_null(disk.serial)},
                       {"identification", text_or_null(disk.identification)},
                       {"luns", disk.luns ? Json(*disk.luns) : Json{}},
                       {"notes", disk.notes},
                       {"blocks", disk.blocks},
                       {"block_size", disk.block_size},
                       {"partition_table", name_of(disk.partition_table)},
                       {"round_trip_microseconds",
                        checked.round_trip_us != 0 ? Json(checked.round_trip_us) : Json{}}});
}

}  // namespace

CheckedDisk check_disk(Conversation& conversation, const std::vector<Portal>& portals,
                       const Lun& lun, const iscsi::LoginConfig& config) {
  CheckedDisk checked;
  for (const Portal& portal : portals) {
    checked = check_at(conversation, portal, lun, config);
    if (!checked.failure) break;
  }
  return checked;
}

std::string checked_lines(const CheckedDisk& checked) {
  std::string lines;
  const auto line = [&lines](std::string label, const std::string& value) {
    label.resize(15, ' ');
    lines += label + printable(value) + "\n";
  };
  line("target", checked.target + " at " + checked.portal);
  if (checked.logged_in)
    line("login", std::to_string(checked.login_us) + " us, authentication " +
                      authentication(checked) + ", digests " + digests(checked.params));
  for (const std::string& note : checked.notes) line("note", note);
  if (checked.failure) return lines;
  const DiskReport& disk = checked.disk;
  line("disk", disk.vendor + " " + disk.product + " " + disk.revision);
  if (!disk.serial.empty()) line("serial", disk.serial);
  if (!disk.identification.empty()) line("identification", disk.identification);
  line("size", std::to_string(disk.blocks) + " blocks of " + std::to_string(disk.block_size) +
                   " bytes, " + std::to_string(disk.blocks * disk.block_size >> 20) + " MiB");
  line("partitions", name_of(disk.partition_table));
  for (const std::string& note : disk.notes) line("note", note);
  if (checked.round_trip_us != 0) line("round trip", std::to_string(checked.round_trip_us) + " us");
  return lines;
}

Json checked_json(const CheckedDisk& checked) {
  const auto& failure = checked.failure;
  Json json;
  json["portal"] = checked.portal;
  json["target"] = checked.target;
  json["lun"] = std::string{to_hex(checked.lun).view()};
  json["login"] = checked.logged_in ? login_json(checked) : Json{};
  json["disk"] = failure ? Json{} : disk_json(checked);
  json["error"] = failure ? Json(failure->message) : Json{};
  json["next_step"] = failure ? Json(failure->next_step) : Json{};
  return json;
}

Failure failure_of(const CheckedDisk& checked) {
  Failure failure = checked.failure.value_or(Failure{});
  if (checked.logged_in)
    failure.message = checked.target + " at " + checked.portal + ": " + failure.message;
  return failure;
}

}  // namespace isboot::app
