#include "engine/text/http_date.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110; and a time of today's kind.
constexpr wall_time rfc_example{sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s};
constexpr wall_time now{std::chrono::seconds{1'800'000'000}};  // Fri, 15 Jan 2027 08:00:00 GMT

TEST(HttpDate, ReadsTheThreeFormsAndNothingElse) {
  struct row {
    const char* text;
    std::optional<wall_time> is;
  };
  const row rows[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", rfc_example},
      {"Sunday, 06-Nov-94 08:49:37 GMT", rfc_example},
      {"Sun Nov  6 08:49:37 1994", rfc_example},
      {"Fri, 15 Jan 2027 08:00:00 GMT", now},
      {"Friday, 15-Jan-27 08:00:00 GMT", now},
      {"Thu, 31 Dec 1998 23:59:60 GMT", wall_time{sys_days{std::chrono::year{1999} / 1 / 1}}},  // leap second
      {"Thu, 29 Feb 2024 00:00:00 GMT", wall_time{sys_days{std::chrono::year{2024} / 2 / 29}}},
      {"Wed, 29 Feb 2023 00:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 UTC", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 GMT+1", std::nullopt},
      {"Sun, 6 Nov 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 nov 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 24:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:60:00 GMT", std::nullopt},
      {"Sun, 32 Nov 1994 08:00:00 GMT", std::nullopt},
      {"Sun, 00 Nov 1994 08:00:00 GMT", std::nullopt},
      {"Sun, -6 Nov 1994 08:49:37 GMT", std::nullopt},
      {"06 Nov 1994", std::nullopt},
      {"1994-11-06T08:49:37Z", std::nullopt},
      {",", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& r : rows) EXPECT_EQ(parse_http_date(r.text), r.is) << r.text;
}

TEST(HttpDate, ReadsNoCutOffText) {
  const std::string whole = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(parse_http_date(std::string_view(whole).substr(0, n)), std::nullopt) << n;
}

}  // namespace
}  // namespace pawl
