#include "engine/ledger/record_digest.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <vector>

namespace pawl::ledger {
namespace {

record_sum of(const std::function<void(record_digest&)>& fill, char table = 'j') {
  record_digest digest;
  fill(digest);
  return digest.finish(table);
}

TEST(RecordDigest, TellsValuesApartAndNotNullsAtTheEnd) {
  const std::vector<std::function<void(record_digest&)>> different{
      [](auto&) {},
      [](auto& d) { d.add(std::int64_t{1}); },
      [](auto& d) { d.add(std::int64_t{-1}); },
      [](auto& d) { d.add_text("1"); },
      [](auto& d) { d.add_blob("1"); },
      [](auto& d) { d.add(1.5); },
      [](auto& d) { d.add(1e300); },
      [](auto& d) { (d.add_text("a"), d.add_text("bc")); },
      [](auto& d) { (d.add_text("ab"), d.add_text("c")); },
      [](auto& d) { (d.add_null(), d.add_text("ab"), d.add_text("c")); },
      [](auto& d) { (d.add_text("ab"), d.add_null(), d.add_text("c")); },
      [](auto& d) { d.add_text(""); },
  };
  for (std::size_t i = 0; i < different.size(); ++i)
    for (std::size_t j = 0; j < different.size(); ++j)
      EXPECT_EQ(of(different[i]) == of(different[j]), i == j) << i << ' ' << j;
  EXPECT_EQ(of([](auto& d) { d.add_text("a"); }),
            of([](auto& d) { (d.add_text("a"), d.add_null(), d.add_null()); }));
  EXPECT_EQ(of([](auto& d) { d.add(3.0); }), of([](auto& d) { d.add(std::int64_t{3}); }));
  EXPECT_NE(of(different[1], 'j'), of(different[1], 'i'));
  EXPECT_EQ(of(different[1]).records, 1);
}

TEST(RecordDigest, BeginsAnewWithEachRecord) {
  record_digest digest;
  digest.add_text("a");
  digest.add_null();
  const auto first = digest.finish('j');
  digest.add_text("a");
  EXPECT_EQ(digest.finish('j'), first);
}

TEST(RecordSum, IsAddedAndTakenAwayModulo2To64) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  struct {
    record_sum a, b, sum;
  } const table[] = {
      {{1, 1}, {1, 2}, {2, 3}}, {{1, most}, {1, 2}, {2, 1}}, {{1, most}, {-1, most}, {0, most - 1}}};
  for (const auto& t : table) {
    auto sum = t.a;
    sum += t.b;
    EXPECT_EQ(sum, t.sum);
    sum -= t.b;
    EXPECT_EQ(sum, t.a);
  }
}

}  // namespace
}  // namespace pawl::ledger
