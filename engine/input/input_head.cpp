#include "engine/input/input_head.hpp"

#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pawl::input {

namespace {

using namespace std::string_view_literals;

struct signature {
  std::string_view begins;
  head_content is;
};
// The order matters: a UTF-32 mark (little endian) begins with the UTF-16 one.
constexpr std::array<signature, 8> signatures{{{"\xff\xfe\0\0"sv, head_content::utf32},
                                               {"\0\0\xfe\xff"sv, head_content::utf32},
                                               {"\xff\xfe"sv, head_content::utf16},
                                               {"\xfe\xff"sv, head_content::utf16},
                                               {"PK\x03\x04"sv, head_content::zip},
                                               {"\x1f\x8b"sv, head_content::gzip},
                                               {"\x28\xb5\x2f\xfd"sv, head_content::zstd},
                                               {"SQLite format 3\0"sv, head_content::sqlite}}};

// Detects UTF-16 without a mark: text of Western languages has a NUL in every second byte.
bool is_unmarked_utf16(std::string_view bytes) noexcept {
  const auto start = bytes.substr(0, std::min<std::size_t>(bytes.size() & ~std::size_t{1}, 1024));
  if (start.size() < 4) return false;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0';
  const auto most = std::max(zeros[0], zeros[1]), least = std::min(zeros[0], zeros[1]);
  return most > start.size() / 4 && least * 4 < most;
}

// Reads the application id, which the header of a SQLite file has as four bytes, big-endian
// (https://www.sqlite.org/fileformat.html, section 1.3).
std::uint32_t application_id_of(std::string_view sqlite) noexcept {
  constexpr std::size_t header_bytes = 100, id_at = 68;
  std::uint32_t id = 0;
  if (sqlite.size() < header_bytes) return id;
  for (std::size_t i = 0; i < 4; ++i) id = id << 8 | static_cast<unsigned char>(sqlite[id_at + i]);
  return id;
}

failure wide(const std::string& path, const std::string& name) {
  return {failure_kind::usage, path + ":1", "is " + name + ", not UTF-8",
          "save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: iconv -f " + name + " -t UTF-8)"};
}

}  // namespace

std::size_t input_head::mark_bytes() const noexcept {
  return bytes.starts_with(utf8_mark) ? utf8_mark.size() : 0;
}

bool input_head::is_blank() const noexcept {
  return is_all && trim(std::string_view(bytes).substr(mark_bytes())).empty();
}

input_head look_at_head(std::string bytes) {
  input_head head;
  head.bytes = std::move(bytes);
  head.is_all = head.bytes.size() < head_bytes;
  const auto known =
      std::ranges::find_if(signatures, [&](const signature& s) { return head.bytes.starts_with(s.begins); });
  if (known != signatures.end())
    head.is = known->is;
  else if (is_unmarked_utf16(head.bytes))
    head.is = head_content::utf16;
  if (head.is == head_content::sqlite) head.application_id = application_id_of(head.bytes);
  return head;
}

std::optional<failure> refuse_head(const input_head& head, const std::string& path) {
  switch (head.is) {
    case head_content::text:
    case head_content::sqlite:
      break;
    case head_content::utf16:
      return wide(path, "UTF-16");
    case head_content::utf32:
      return wide(path, "UTF-32");
    case head_content::zip:
      return failure{failure_kind::usage, path, "is a spreadsheet or zip archive, not text",
                     "save it as \"CSV UTF-8\" first"};
    case head_content::gzip:
      return failure{failure_kind::usage, path, "is compressed", "unpack it first (gunzip)"};
    case head_content::zstd:
      return failure{failure_kind::usage, path, "is compressed", "unpack it first (unzstd)"};
  }
  return std::nullopt;
}

expected<opened_bytes> with_head(byte_source source) {
  std::string bytes(head_bytes, '\0');
  auto count = source.read_at(0, bytes);
  if (!count) {
    count.error().kind = failure_kind::usage;  // nothing was sent yet
    return std::move(count.error());
  }
  bytes.resize(*count);
  return opened_bytes{std::move(source), look_at_head(std::move(bytes))};
}

expected<opened_bytes> open_bytes(const std::string& path) {
  auto source = byte_source::open(path);
  if (!source) return std::move(source.error());
  return with_head(*std::move(source));
}

}  // namespace pawl::input
