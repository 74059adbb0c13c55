#include "tests/sandbox/journal.hpp"

#include "tests/sandbox/text.hpp"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>
#include <utility>

namespace sandbox {
namespace {

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out += ',';
  append_quoted(out, name);
  out += ':';
  append_quoted_bytes(out, value);
}

}  // namespace

journal::journal(const std::string& file, std::size_t in_memory) : in_memory_(in_memory) {
  if (file.empty()) return;
  file_.reset(std::fopen(file.c_str(), "we"));
  if (!file_) throw std::system_error(errno, std::generic_category(), "cannot write the journal " + file);
}

void journal::add(const journal_entry& e) {
  if (!file_ && in_memory_ == 0) return;
  std::string line;
  if (recent_.size() >= in_memory_ && !recent_.empty()) {
    line = std::move(recent_.front());  // reuses its memory
    recent_.pop_front();
    line.clear();
  }
  line += '{';
  append_member(line, "request", e.request);
  append_member(line, "connection", e.connection);
  append_member(line, "t", static_cast<std::uint64_t>(e.arrived));
  if (e.counted != no_time) append_member(line, "counted", static_cast<std::uint64_t>(e.counted));
  append_member(line, "answered", static_cast<std::uint64_t>(e.answered));
  append_text(line, "key", e.key);
  append_text(line, "method", e.method);
  append_text(line, "path", e.path);
  if (!e.id.empty()) append_text(line, "id", e.id);
  if (!e.body.empty()) append_text(line, "body", e.body);
  append_member(line, "status", static_cast<std::uint64_t>(e.status));
  append_text(line, "request_id", e.request_id);
  if (!e.fault.empty()) append_text(line, "fault", e.fault);
  if (e.notices > 0) append_member(line, "notices", e.notices);
  line += e.applied ? ",\"applied\":true}\n" : ",\"applied\":false}\n";
  if (file_ && std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() && !write_failed_) {
    write_failed_ = true;
    std::cerr << "pawl-sandbox: the journal cannot be written; its lines from here on are lost\n";
  }
  if (in_memory_ > 0) recent_.push_back(std::move(line));
}

void journal::flush() {
  if (file_ && std::fflush(file_.get()) != 0 && !write_failed_) {
    write_failed_ = true;
    std::cerr << "pawl-sandbox: the journal cannot be written; its lines from here on are lost\n";
  }
}

std::string journal::recent(std::size_t count) const {
  std::string lines;
  for (std::size_t i = recent_.size() - std::min(count, recent_.size()); i < recent_.size(); ++i)
    lines += recent_[i];
  return lines;
}

void append_totals(std::string& out, const totals& t) {
  out += '{';
  append_member(out, "requests", t.requests);
  append_member(out, "reads", t.reads);
  append_member(out, "writes", t.writes);
  append_member(out, "applied", t.applied);
  append_member(out, "throttled", t.throttled_reads + t.throttled_writes);
  append_member(out, "throttled_reads", t.throttled_reads);
  append_member(out, "throttled_writes", t.throttled_writes);
  const auto bad = t.by_status.find(400);
  append_member(out, "bad_requests", bad == t.by_status.end() ? 0 : bad->second);
  append_member(out, "refused_as_too_many", t.refused_as_too_many);
  append_member(out, "unauthenticated", t.unauthenticated);
  append_member(out, "malformed_requests", t.malformed_requests);
  append_member(out, "connections", t.connections);
  append_member(out, "open_connections", t.open_connections);
  append_member(out, "most_open_connections", t.most_open_connections);
  append_member(out, "handshakes", t.handshakes);
  append_member(out, "resumed_handshakes", t.resumed_handshakes);
  append_member(out, "failed_handshakes", t.failed_handshakes);
  out += ",\"by_status\":{";
  for (const auto& [status, count] : t.by_status) append_member(out, std::to_string(status), count);
  out += "},\"injected\":{";
  for (std::size_t i = 0; i < t.injected.size(); ++i) {
    if (t.injected[i] > 0) append_member(out, fault_kinds[i].name, t.injected[i]);
  }
  out += "}}";
}

}  // namespace sandbox
