#include "engine/input/input_head.hpp"

#include "engine/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::input {
namespace {

using namespace std::string_literals;

std::string sqlite_with(std::uint32_t application_id) {
  std::string bytes(4096, '\0');
  bytes.replace(0, 16, "SQLite format 3\0"s);
  for (std::size_t i = 0; i < 4; ++i) bytes[68 + i] = static_cast<char>(application_id >> (24 - 8 * i));
  return bytes;
}

TEST(InputHead, SaysWhatAnInputIs) {
  struct row {
    std::string bytes;
    head_content is;
    const char* refusal;  // empty: a format may read it
  };
  const row table[] = {
      {"", head_content::text, ""},
      {"id,status\n", head_content::text, ""},
      {"\xef\xbb\xbfid,status\n", head_content::text, ""},
      {"{\"id\":1}\n", head_content::text, ""},
      {"P", head_content::text, ""},
      {"PK,status\n", head_content::text, ""},
      {"PK\x03\x04", head_content::zip,
       "jobs: is a spreadsheet or zip archive, not text; save it as \"CSV UTF-8\" first"},
      {"\x1f\x8b\x08", head_content::gzip, "jobs: is compressed; unpack it first (gunzip)"},
      {"\x28\xb5\x2f\xfd\x24", head_content::zstd, "jobs: is compressed; unpack it first (unzstd)"},
      {"\xff\xfei\0d\0"s, head_content::utf16,
       "jobs:1: is UTF-16, not UTF-8; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: iconv -f UTF-16 "
       "-t UTF-8)"},
      {"\xfe\xff\0i\0d"s, head_content::utf16, nullptr},
      {"i\0d\0,\0s\0"s, head_content::utf16, nullptr},
      {"\0i\0d\0,\0s"s, head_content::utf16, nullptr},
      {"\xff\xfe\0\0i\0\0\0"s, head_content::utf32,
       "jobs:1: is UTF-32, not UTF-8; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: iconv -f UTF-32 "
       "-t UTF-8)"},
      {"\0\0\xfe\xff\0\0\0i"s, head_content::utf32, nullptr},
      {std::string(100, '\0'), head_content::text, ""},  // for the rows to complain about
      {sqlite_with(7), head_content::sqlite, ""},
      {"SQLite format 3\0"s, head_content::sqlite, ""},  // cut off
      {"SQLite format 3\n", head_content::text, ""},
  };
  for (const auto& r : table) {
    const auto head = look_at_head(r.bytes);
    EXPECT_EQ(head.is, r.is) << r.bytes.substr(0, 20);
    const auto refused = refuse_head(head, "jobs");
    if (r.refusal == nullptr)
      EXPECT_TRUE(refused) << r.bytes;
    else
      EXPECT_EQ(refused ? to_string(*refused) : "", r.refusal) << r.bytes.substr(0, 20);
    if (refused) {
      EXPECT_EQ(refused->kind, failure_kind::usage);
    }
  }
  EXPECT_EQ(look_at_head(sqlite_with(0x7061776c)).application_id, 0x7061776cu);
  EXPECT_EQ(look_at_head(sqlite_with(0x7061776c).substr(0, 99)).application_id, 0u);
}

TEST(InputHead, TellsAnInputOfNothingFromALongOne) {
  const std::string mark(utf8_mark);
  struct row {
    std::string bytes;
    bool is_blank;
    std::size_t mark_bytes;
  };
  const row table[] = {
      {"", true, 0},
      {mark, true, 3},
      {mark + " \r\n\t\n", true, 3},
      {std::string(head_bytes - 1, ' '), true, 0},
      {std::string(head_bytes, ' '), false, 0},
      {std::string(3 * head_bytes, ' '), false, 0},
      {mark + "x", false, 3},
      {"\xef\xbb", false, 0},
      {" " + mark, false, 0},
  };
  for (const auto& r : table) {
    const auto opened = with_head(byte_source::in_memory("jobs", r.bytes));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->head.bytes, r.bytes.substr(0, head_bytes));
    EXPECT_EQ(opened->head.is_all, r.bytes.size() < head_bytes);
    EXPECT_EQ(opened->head.is_blank(), r.is_blank) << r.bytes.size();
    EXPECT_EQ(opened->head.mark_bytes(), r.mark_bytes) << r.bytes.size();
  }
}

}  // namespace
}  // namespace pawl::input
