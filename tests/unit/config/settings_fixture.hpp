// Settings from options, an environment and files in a directory of its own.
#pragma once

#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pawl::config {

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = std::filesystem::current_path();
    auto pattern = (std::filesystem::temp_directory_path() / "pawl-settings-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::filesystem::current_path(directory_);
    raw.input = "jobs.csv";
  }

  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(directory_);
  }

  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

  std::vector<std::string> complaints() const {
    std::vector<std::string> all;
    const auto result = load_settings(raw, env);
    for (const auto& c : result.complaints) {
      EXPECT_EQ(c.kind, failure_kind::usage);
      all.push_back(to_string(c));
    }
    EXPECT_EQ(result.value.has_value(), all.empty());
    return all;
  }

  settings loaded() const {
    auto result = load_settings(raw, env);
    for (const auto& c : result.complaints) ADD_FAILURE() << to_string(c);
    return result.value.value_or(settings{});
  }

  static std::string source_of(const settings& s, std::string_view key) {
    for (const auto& e : s.effective)
      if (e.key == key) return e.source;
    return "no such key";
  }

  raw_options raw;
  environment env{{"HOME", "/home/ada"}};

 private:
  std::filesystem::path before_, directory_;
};

}  // namespace pawl::config
