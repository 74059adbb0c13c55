#include "config/profile_keys.hpp"
#include "config/setting_keys.hpp"

#include <string>

namespace pawl::config {
namespace {

std::string default_of(const setting_key& k) {
  return std::string(k.default_value.empty() ? k.default_note : k.default_value);
}

}  // namespace

std::string settings_reference() {
  std::string text = "| key | flag | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& k : setting_keys()) {
    const auto code = [](std::string_view t) {
      return t.empty() ? std::string() : "`" + table_cell(t) + "`";
    };
    text += "| " + code(k.key) + " | " + code(k.flag) + " | " +
            (k.default_value.empty() ? table_cell(k.default_note) : code(k.default_value)) + " | " +
            table_cell(k.meaning) + " |\n";
  }
  return text;
}

std::string flag_help(std::string_view flag) {
  for (const auto& k : setting_keys())
    if (!flag.empty() && k.flag == flag) return std::string(k.meaning) + " Default: " + default_of(k) + ".";
  return {};
}

}  // namespace pawl::config
