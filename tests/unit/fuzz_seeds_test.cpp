// Every seed of the fuzzers of input, policy, conditions, configuration and undo runs as an ordinary test
// too, whole and cut in up to 16 places.
#include "tests/fuzz/api/field_codec_fuzz.hpp"
#include "tests/fuzz/api/precondition_fuzz.hpp"
#include "tests/fuzz/config/config_fuzz.hpp"
#include "tests/fuzz/config/template_fuzz.hpp"
#include "tests/fuzz/input/input_fuzz.hpp"
#include "tests/fuzz/plan/undo_fuzz.hpp"
#include "tests/fuzz/policy/retry_after_fuzz.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace pawl {
namespace {

struct fuzzed {
  const char* seeds;  // their directory
  std::size_t at_least;
  std::function<void(std::string_view)> run;
};

class fuzz_seeds : public ::testing::TestWithParam<fuzzed> {};

TEST_P(fuzz_seeds, BreakNoPromise) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path{PAWL_FUZZ_SEEDS} / GetParam().seeds)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    ASSERT_FALSE(bytes.empty()) << entry.path();
    ++count;
    for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 16 + 1)
      GetParam().run(std::string_view{bytes}.substr(0, size));
    GetParam().run(bytes);
  }
  EXPECT_GE(count, GetParam().at_least);
}

INSTANTIATE_TEST_SUITE_P(FuzzSeeds, fuzz_seeds,
                         ::testing::Values(fuzzed{"csv", 10,
                                                  [](std::string_view text) {
                                                    input::fuzzing::scan_csv(text);
                                                    input::fuzzing::read_jobs(text, input::file_format::csv);
                                                  }},
                                           fuzzed{"ndjson", 8,
                                                  [](std::string_view text) {
                                                    input::fuzzing::read_jobs(text,
                                                                              input::file_format::ndjson);
                                                  }},
                                           fuzzed{"retry_after", 12, policy::fuzzing::read_waits},
                                           fuzzed{"precondition", 15, api::fuzzing::read_condition},
                                           fuzzed{"field_codec", 14, api::fuzzing::read_shown_value},
                                           fuzzed{"profile", 5, config::fuzzing::compile},
                                           fuzzed{"template", 8, config::fuzzing::write_requests},
                                           fuzzed{"config", 6, config::fuzzing::load},
                                           fuzzed{"undo", 24, plan::fuzzing::bring_back}),
                         [](const auto& each) { return std::string{each.param.seeds}; });

// Values that are too long to be seeds in the tree.
TEST(FuzzSeeds, ValuesBeyondTheBoundsOfAnInputBreakNoPromise) {
  constexpr std::size_t most = 256 * 1024;
  plan::fuzzing::bring_back('"' + std::string(most - 2, 'x') + '"');
  plan::fuzzing::bring_back('"' + std::string(most - 1, 'x') + '"');
  plan::fuzzing::bring_back(std::string(most, ' ') + "\"\\u00e9\"" + std::string(most, ' '));
  std::string list = "[\"a\"";
  while (list.size() < 2 * most) list += ",\"" + std::to_string(list.size()) + '"';
  plan::fuzzing::bring_back(list + "]");
}

// What pawl brings along keeps the same promises.
TEST(FuzzSeeds, OwnProfilesBreakNoPromise) {
  for (const auto& entry : std::filesystem::directory_iterator(PAWL_PROFILES)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    config::fuzzing::compile(text);
  }
}

}  // namespace
}  // namespace pawl
