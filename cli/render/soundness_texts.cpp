#include "cli/render/soundness_texts.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

namespace pawl::cli {

std::vector<std::string> soundness_lines(const std::string& ledger, const ledger::soundness& s) {
  std::vector<std::string> out;
  const auto name = printable(ledger);
  for (const auto& one : s.findings)
    out.push_back(fmt::format("{}: {}: {}", name, to_string(one.of), printable(one.what, std::string::npos)));
  if (!app::is_sound(s)) {
    out.push_back(fmt::format("{}: not sound: {}", name, counted(s.findings.size(), "finding", "findings")));
    const bool is_another = s.has_noted == false && s.findings.size() == 1;
    out.push_back(is_another ? "nothing in it was changed: look for the file that goes on from the noted seal"
                             : "go on with a copy from before. If the change was yours and is right: pawl "
                               "check-ledger " +
                                   shell_path(ledger) + " --accept-changes");
    return out;
  }
  if (s.is_sealed)
    out.push_back(fmt::format("{}: sound: {} as they were written, {} in the chain", name,
                              counted(s.records, "record", "records"), counted(s.links, "link", "links")));
  else
    out.push_back(
        name +
        ": sound as far as it shows: an earlier version wrote it, without checksums; the next run adds "
        "them");
  if (s.has_noted == true)
    out.push_back("the noted seal is in the chain: this ledger goes on from that state");
  if (!s.seal.empty()) out.push_back("seal: " + s.seal);
  return out;
}

}  // namespace pawl::cli
