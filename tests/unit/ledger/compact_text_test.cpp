#include "engine/ledger/compact_text.hpp"

#include <gtest/gtest.h>

namespace pawl::ledger {
namespace {

using form = compact_text::form;

TEST(CompactText, TakesOnlyFormsThatCanBeRestored) {
  struct row {
    std::string_view text;
    std::optional<std::string> prefix;
    form is;
    std::size_t size;
  };
  const std::string hex64(64, 'a'), hex66(66, 'a'), hex32(32, 'a');
  const row table[] = {
      {"3f2504e0-4f89-41d3-9a0c-0305e82c3301", std::nullopt, form::bytes, 16},
      {"3F2504E0-4f89-41d3-9a0c-0305e82c3301", std::nullopt, form::text, 0},  // upper case would be lost
      {"3f2504e0-4f89-41d3-9a0c-0305e82c330g", std::nullopt, form::text, 0},
      {"3f2504e04-f89-41d3-9a0c-0305e82c3301", std::nullopt, form::text, 0},
      {"0", std::nullopt, form::number, 0},
      {"123456789012345678", std::nullopt, form::number, 0},
      {"1234567890123456789", std::nullopt, form::text, 0},  // 19 digits can overflow
      {"007", std::nullopt, form::text, 0},
      {"-7", std::nullopt, form::text, 0},
      {"", std::nullopt, form::text, 0},
      {"", "", form::text, 0},
      {"req_3727ca7b4f0fff3c", "req_", form::bytes, 8},
      {"req_3727ca7b4f0fff3c", std::nullopt, form::text, 0},
      {"rex_3727ca7b4f0fff3c", "req_", form::text, 0},
      {"req_3727ca7b4f0fff3", "req_", form::text, 0},   // odd
      {"req_3727ca", "req_", form::text, 0},            // short
      {"req_3727CA7B4F0FFF3C", "req_", form::text, 0},  // upper case
      {"req_", "req_", form::text, 0},
      {"req", "req_", form::text, 0},
      {hex32, "", form::text, 0},  // 16 bytes mean a UUID
      {hex64, "", form::bytes, 32},
      {hex66, "", form::text, 0},
      {"5f1d7e9ab2c3d4e5f6a7b8c9", "", form::bytes, 12},
  };
  for (const auto& r : table) {
    const auto made = compact(r.text, r.prefix);
    EXPECT_EQ(made.is, r.is) << r.text;
    if (made.is == form::bytes) {
      EXPECT_EQ(made.size, r.size) << r.text;
    }
    if (made.is == form::text) {
      EXPECT_EQ(made.text, r.text);
    }
    if (made.is == form::number) {
      EXPECT_EQ(std::to_string(made.number), r.text);
    }
  }
}

TEST(CompactText, LearnsAPrefixThatTheNextIdShares) {
  EXPECT_EQ(prefix_for("req_3727ca7b4f0fff3c"), "req_");
  EXPECT_EQ(prefix_for("5f1d7e9ab2c3d4e5f6a7b8c9"), "");
  EXPECT_EQ(prefix_for("3f2504e0-4f89-41d3-9a0c-0305e82c3301"), std::nullopt);  // needs none
  EXPECT_EQ(prefix_for("12345678"), std::nullopt);
  EXPECT_EQ(prefix_for("req_3727ca7b4f0fff3"), std::nullopt);  // odd run of digits
  EXPECT_EQ(prefix_for("thread-one"), std::nullopt);
  EXPECT_EQ(prefix_for(std::string(40, 'x') + "_3727ca7b4f0fff3c"), std::nullopt);
  EXPECT_EQ(prefix_for("\xff_3727ca7b4f0fff3c"), std::nullopt);
}

}  // namespace
}  // namespace pawl::ledger
