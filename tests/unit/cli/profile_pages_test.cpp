// The pages of the profiles that pawl carries say what the profiles say.
#include "config/profile_finder.hpp"
#include "config/profile_loader.hpp"
#include "config/settings.hpp"
#include "engine/app/forecast_terms.hpp"
#include "engine/text/amounts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds reply_time = 200ms;  // as the pages assume
constexpr int rows = 10'000;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto at = text.find(begin);
  if (at == std::string::npos) return {};
  return text.substr(at, text.find(end, at + begin.size()) - at);
}

config::settings settings_of(const std::string& profile) {
  static const std::map<std::string, std::string> values{
      {"site", "acme"}, {"email", "a@b.c"}, {"version", "v3"}, {"owner", "octo"}, {"repo", "hello"}};
  config::raw_options raw;
  raw.input = "jobs.csv";
  raw.profile = profile;
  const auto compiled =
      config::compile_profile(*config::embedded_profile(profile), profile, {.values = {}, .may_lack = true});
  for (const auto& v : compiled.value->variables)
    raw.overrides.push_back("vars." + v.name + "=" + values.at(v.name));
  auto loaded = config::load_settings(raw, {{"HOME", "/nobody"}});
  for (const auto& c : loaded.complaints) ADD_FAILURE() << to_string(c);
  return loaded.value.value_or(config::settings{});
}

// As `plan` says it of a run whose rows are all of this kind.
std::string price_of(const config::settings& s, plan::forecast_job kind) {
  auto o = app::forecast_terms(s.profile, s.run, s.read_first);
  o.reply_time = reply_time;
  plan::run_forecast made(o);
  for (int i = 0; i < rows; ++i) made.add(kind);
  made.finish();
  auto text = counted(made.reads(), "read", "reads");
  if (made.writes() > 0) text += " and " + counted(made.writes(), "write", "writes");
  return text + ", " + in_words(made.needed());
}

std::set<std::string> rates_of(const api::profile& p) {
  std::set<std::string> all;
  for (const auto* limits : {&p.write_limits, &p.read_limits})
    for (const auto& w : limits->windows) all.insert(to_string(w));
  for (const auto* limits : {&p.all_limits, &p.each_limits})
    for (const auto& l : *limits) all.insert(to_string(l.window));
  return all;
}

std::set<std::string> rates_in(const std::string& text) {
  static const std::regex rate("`([0-9]+/[0-9]*(?:ms|s|min|h|day))`");
  std::set<std::string> all;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), rate); at != std::sregex_iterator(); ++at)
    all.insert((*at)[1]);
  return all;
}

TEST(ProfilePages, SayWhatTheProfilesSay) {
  const std::filesystem::path docs = PAWL_DOCS;
  const auto manual = text_of(docs / "profiles.md"), readme = text_of(docs / "../README.md");
  for (const auto& name : config::embedded_profile_names()) {
    if (name == "internal-example") continue;  // explains itself
    SCOPED_TRACE(name);
    const auto page = text_of(docs / "profiles" / (name + ".md"));
    ASSERT_FALSE(page.empty()) << "every profile has a page";
    EXPECT_THAT(manual, HasSubstr("](profiles/" + name + ".md)"));
    EXPECT_THAT(readme, HasSubstr("](docs/profiles/" + name + ".md)"));

    const auto s = settings_of(name);
    const auto written = text_between(page, "\n## What can be written\n", "\n## ");
    for (const auto& f : s.profile.fields) EXPECT_THAT(written, HasSubstr("`" + f.name + "`"));
    for (const auto& v : s.profile.variables) EXPECT_THAT(page, HasSubstr("vars." + v.name + "="));
    EXPECT_THAT(page, HasSubstr("export " + s.profile.token_env + "="));
    EXPECT_EQ(rates_in(text_between(page, "\n## Limits\n", "\n## ")), rates_of(s.profile));

    const auto cost = text_between(page, "\n## What 10,000 rows cost\n", "\n## ");
    EXPECT_THAT(cost, HasSubstr("200 ms"));
    EXPECT_THAT(cost, HasSubstr("| all need a write | " + price_of(s, plan::forecast_job::write) + " |"));
    EXPECT_THAT(
        cost, HasSubstr("| all are as wanted already | " + price_of(s, plan::forecast_job::settled) + " |"));
  }
}

TEST(ProfilePages, AreOfProfilesThatPawlCarries) {
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path{PAWL_DOCS} / "profiles"))
    EXPECT_TRUE(config::embedded_profile(entry.path().stem().string())) << entry.path();
}

}  // namespace
}  // namespace pawl::cli
