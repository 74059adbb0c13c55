#include "engine/app/find_ledger.hpp"

#include "engine/model/option.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <utility>

namespace pawl::app {
namespace {

bool is_ledger(const input::input_head& head) {
  return head.is == input::head_content::sqlite &&
         head.application_id == static_cast<std::uint32_t>(ledger::application_id);
}

}  // namespace

expected<ledger::ledger_file> open_to_read(const std::string& path) {
  auto opened = ledger::ledger_file::open(path, ledger::access::read_only);
  if (opened || opened.error().kind != failure_kind::usage) return opened;
  const auto beside = path + ".ledger";
  const auto looked = input::open_bytes(beside);
  if (!looked || !is_ledger(looked->head)) return opened;
  return failure{failure_kind::usage, path, "is not a ledger; a ledger is beside it",
                 fmt::format("name that one: {}", shell_path(beside))};
}

std::optional<failure> refuse_ledger_as_input(const std::string& path, const input::input_head& head) {
  if (!is_ledger(head)) return std::nullopt;
  failure refusal{failure_kind::usage, path, "is a ledger, not an input",
                  "name the input that it belongs to"};
  auto opened = ledger::ledger_file::open(path, ledger::access::read_only);
  if (!opened) return refusal;
  const auto newest = opened->newest_generation();
  if (!newest || !*newest) return refusal;
  const auto& input = (*newest)->input_path;
  refusal.what += fmt::format("; it belongs to {}", input);
  refusal.remedy =
      input + ".ledger" == std::filesystem::absolute(path).string()
          ? fmt::format("name that one: {}", shell_path(input))
          : fmt::format("name that one: {} {}", shell_path(input), to_string(option::ledger, path));
  return refusal;
}

}  // namespace pawl::app
