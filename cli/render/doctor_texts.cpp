#include "cli/render/doctor_texts.hpp"

#include "engine/text/printable.hpp"

#include <fmt/format.h>

namespace pawl::cli {

std::string doctor_text(const std::vector<app::finding>& all) {
  std::string text;
  for (const auto& f : all) {
    text += fmt::format("{:<6}{:<9}{}", to_string(f.state), f.about, printable(f.text));
    if (!f.remedy.empty()) text += "; " + printable(f.remedy);
    text += '\n';
  }
  return text;
}

}  // namespace pawl::cli
