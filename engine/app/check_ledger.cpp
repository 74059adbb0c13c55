#include "engine/app/check_ledger.hpp"

#include "engine/app/find_ledger.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/neutral.hpp"

#include <fmt/format.h>

namespace pawl::app {
namespace {

// To be sealed anew it must be a ledger, and is not made.
status accept_changes(const std::string& path) {
  if (auto there = open_to_read(path); !there) return there.error();
  auto file = ledger::ledger_file::open(path, ledger::access::read_write);
  if (!file) return file.error();
  return file->accept_changes(wall_now());
}

}  // namespace

expected<ledger::soundness> check_ledger(const check_ledger_options& options) {
  if (options.accept_changes)
    if (auto done = accept_changes(options.ledger); !done) return done.error();
  auto file = open_to_read(options.ledger);
  if (!file) return file.error();
  return file->check(options.seal);
}

std::string soundness_json(const std::string& ledger, const ledger::soundness& s) {
  std::string out = "{\"ledger\": ";
  append_neutral_json_string(out, ledger);
  out +=
      fmt::format(", \"sound\": {}, \"sealed\": {}, \"records\": {}, \"links\": {}, \"seal\": ", is_sound(s),
                  s.is_sealed, s.records, s.links);
  out += s.seal.empty() ? "null" : '"' + s.seal + '"';
  out += fmt::format(", \"has_noted_seal\": {}, \"findings\": [",
                     s.has_noted ? (*s.has_noted ? "true" : "false") : "null");
  std::string_view between = "";
  for (const auto& one : s.findings) {
    out += fmt::format("{}{{\"part\": \"{}\", \"what\": ", between, to_string(one.of));
    append_neutral_json_string(out, one.what);
    out += '}';
    between = ", ";
  }
  return out + "]}\n";
}

}  // namespace pawl::app
