#include "engine/input/row_rules.hpp"

#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::input {
namespace {

// Ids are looked at eight bytes at a time, so every place in every length counts.
TEST(RowRules, FindWhatIsWrongWithAnIdAtAnyPlaceInIt) {
  const auto profile = test::make_profile();
  const field_names names(profile);
  const row_rules rules(names);
  const struct {
    std::string_view part, complaint;
  } table[] = {
      {"\x07", "contains the control character U+0007"},
      {"\x7f", "contains the control character U+007F"},
      {"\xc2\x85", "contains the control character U+0085"},
      {"\xc2\xa0", "contains the invisible character U+00A0"},
      {"\xe2\x80\x8b", "contains the invisible character U+200B"},
      {"/../", "is or holds a dot segment"},
      {"%2f%2E%2f", "is or holds a dot segment"},
      {".", ""},
      {"%41", ""},
      {"\xc3\xa9", ""},
      {"~", ""},
  };
  for (const auto& [part, complaint] : table)
    for (std::size_t before = 1; before < 20; ++before)
      for (std::size_t behind = 1; behind < 10; ++behind) {
        const auto id = std::string(before, 'a').append(part).append(behind, 'z');
        const auto said = rules.check_id(id);
        EXPECT_EQ(said.substr(0, complaint.size()), complaint) << id;
        EXPECT_EQ(said.empty(), complaint.empty()) << id << ": " << said;
      }
}

}  // namespace
}  // namespace pawl::input
