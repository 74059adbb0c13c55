#include "engine/app/find_ledger.hpp"

#include "engine/model/option.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace pawl::app {
namespace {

// The first 100 bytes of a SQLite file (https://www.sqlite.org/fileformat.html, section 1.3): a magic text,
// and big-endian at 68 the application id.
bool is_ledger(const std::string& path) {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  constexpr std::size_t id_at = 68;
  std::error_code cannot_tell;
  if (!std::filesystem::is_regular_file(path, cannot_tell)) return false;
  std::array<char, 100> head{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(head.data(), head.size())) return false;
  if (std::string_view{head.data(), magic.size()} != magic) return false;
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = id << 8 | static_cast<unsigned char>(head[id_at + i]);
  return id == static_cast<std::uint32_t>(ledger::application_id);
}

}  // namespace

expected<ledger::ledger_file> open_to_read(const std::string& path) {
  auto opened = ledger::ledger_file::open(path, ledger::access::read_only);
  if (opened || opened.error().kind != failure_kind::usage) return opened;
  const auto beside = path + ".ledger";
  if (!is_ledger(beside)) return opened;
  return failure{failure_kind::usage, path, "is not a ledger; a ledger is beside it",
                 fmt::format("name that one: {}", shell_path(beside))};
}

std::optional<failure> refuse_ledger_as_input(const std::string& path) {
  if (!is_ledger(path)) return std::nullopt;
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
