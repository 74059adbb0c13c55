#include "engine/model/attempt.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/secret.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(Outcome, NamesAreReadBack) {
  for (std::size_t i = 0; i < outcome_count; ++i) {
    const auto o = static_cast<outcome>(i);
    EXPECT_EQ(parse_outcome(to_string(o)), o);
  }
  EXPECT_EQ(parse_outcome("done"), std::nullopt);
  EXPECT_EQ(parse_verified("partial"), verified::partial);
}

TEST(OutcomeCounts, SeparateSuccessesFromFailures) {
  outcome_counts counts;
  for (std::size_t i = 0; i < outcome_count; ++i) counts[static_cast<outcome>(i)] = i + 1;
  EXPECT_EQ(counts.total(), 45u);
  EXPECT_EQ(counts.failures(), 5u + 6u + 7u + 8u + 9u);
}

TEST(Secret, ShowsOnlyItsPublicPrefixAndFourCharacters) {
  EXPECT_EQ(secret("pl_v2_abcdefghijklmnopqrst").label("pl_v2_"), "pl_v2_abcd\u2026");
  EXPECT_EQ(secret("pl_v2_abcdefgh").label("pl_v2_"), "(key)");
  EXPECT_EQ(secret("0123456789abcdef0123456789").label("pl_v2_"), "(key)");
  EXPECT_EQ(secret("0123456789abcdef0123456789").label(""), "(key)");
}

TEST(Failure, ReadsAsPlaceWhatAndRemedy) {
  EXPECT_EQ(to_string(failure{failure_kind::usage, "--rate", "\"5\" has no unit", "write 5/s or 5/min"}),
            "--rate: \"5\" has no unit; write 5/s or 5/min");
}

TEST(Headers, AreFoundWithoutCase) {
  const header_field fields[] = {{"Content-Type", "a"}, {"X-REQUEST-ID", "r"}, {"x-request-id", "second"}};
  EXPECT_EQ(find_header(fields, "x-request-id"), "r");
  EXPECT_EQ(find_header(fields, "retry-after"), "");
}

}  // namespace
}  // namespace pawl
