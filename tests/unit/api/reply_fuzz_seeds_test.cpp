// Every seed of the fuzzers runs as an ordinary test too, whole and cut in 64 places.
#include "tests/fuzz/api/reply_fuzz.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace pawl::api {
namespace {

std::vector<std::filesystem::path> seeds(const char* folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path{PAWL_FUZZ_SEEDS} / folder))
    if (entry.is_regular_file()) found.push_back(entry.path());
  return found;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(ReplyFuzzSeeds, BreakNoPromise) {
  const auto files = seeds("reply");
  ASSERT_GE(files.size(), 10U);
  for (const auto& file : files) {
    const auto bytes = bytes_of(file);
    ASSERT_FALSE(bytes.empty()) << file;
    const auto run = [&](std::size_t size) {
      fuzzing::compare_reply(std::string_view{bytes}.substr(0, size));
      fuzzing::read_error_reply(std::string_view{bytes}.substr(0, size));
    };
    for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 64 + 1) run(size);
    run(bytes.size());
  }
}

TEST(JsonCompareFuzzSeeds, BreakNoPromise) {
  const auto files = seeds("json_compare");
  ASSERT_GE(files.size(), 5U);
  for (const auto& file : files) fuzzing::compare_values(bytes_of(file));
}

}  // namespace
}  // namespace pawl::api
