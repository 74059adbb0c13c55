#include "engine/sys/descriptor.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

namespace pawl::input {
namespace {

using test::source_of;

expected<validation_report> check(job_source& source) {
  return validate(source, test::threads(), {}, nullptr);
}

std::vector<std::string> texts(const validation_report& report) {
  std::vector<std::string> result;
  for (const auto& c : report.first) result.push_back(test::complaint_text(c));
  return result;
}

TEST(Validation, CountsRowsFieldsAndKinds) {
  auto source = source_of(
      "id,status,tag_ids,add_tags,notify.slack,expect.status\nt1,done,a,,,\n\nt2,,,x,,open\nt3,done,,,yes,"
      "\nt4,nope,,,,\n,,,,,\n");
  const auto report = check(source);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rows, 4u);
  EXPECT_EQ(report->bad_rows, 1u);
  EXPECT_EQ(report->complaint_count, 1u);
  EXPECT_EQ(texts(*report),
            std::vector<std::string>{"6: status: must be one of open, snoozed, done (got \"nope\")"});
  const auto rows_with = [&](const char* name) {
    return report->rows_with_field[to_index(*test::threads().find(name))];
  };
  EXPECT_EQ(rows_with("status"), 2u);
  EXPECT_EQ(rows_with("tag_ids"), 1u);
  EXPECT_EQ(rows_with("add_tags"), 1u);
  EXPECT_EQ(rows_with("notify"), 1u);
  EXPECT_EQ(rows_with("title"), 0u);
  EXPECT_EQ(report->rows_not_replay_safe, 1u);
  EXPECT_EQ(report->rows_with_expect, 1u);
  EXPECT_EQ(report->rows_with_verbs, 1u);
  EXPECT_EQ(report->checkpoints, (std::vector<checkpoint>{{0, 54, 2}}));
}

TEST(Validation, ShowsTheFirstTwentyComplaintsAndCountsTheRest) {
  std::string text = "id,status,score\n";
  for (int i = 0; i < 30; ++i) text += "t,nope,x\n";
  auto source = source_of(text);
  const auto report = check(source);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bad_rows, 30u);
  EXPECT_EQ(report->complaint_count, 60u);
  EXPECT_EQ(report->first.size(), 20u);
  EXPECT_EQ(report->first.front().line, 2u);
  EXPECT_EQ(report->first.back().line, 11u);
}

TEST(Validation, MakesOneComplaintOfALegacyCodePage) {
  std::string text = "id,status,text\nt0,done,x\n";
  for (int i = 0; i < 10'000; ++i) text += "t,done,caf\xe9\n";
  text += "t,nope,x\n";
  auto source = source_of(text);
  auto report = check(source);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bad_rows, 10'001u);
  EXPECT_EQ(report->complaint_count, 2u);
  EXPECT_EQ(texts(*report),
            (std::vector<std::string>{
                "3: is not valid UTF-8, and so are 9999 further rows (lines 4, 5, 6, 7, 8, ...): the file "
                "seems to be in a legacy code page; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: "
                "iconv -f WINDOWS-1252 -t UTF-8)",
                "10003: status: must be one of open, snoozed, done (got \"nope\")"}));

  // It is shown although twenty others came before it.
  text = "id,status,text\n";
  for (int i = 0; i < 25; ++i) text += "t,nope,x\n";
  auto late = source_of(text + "t,done,caf\xe9\n");
  report = check(late);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->complaint_count, 26u);
  ASSERT_EQ(report->first.size(), 20u);
  EXPECT_EQ(report->first.back().line, 27u);
  EXPECT_EQ(report->first.back().what.substr(0, 45), "is not valid UTF-8: the file seems to be in a");
}

TEST(Validation, TakesTheSameDigestInPassingAsIdentity) {
  for (const auto& [text, format] : std::vector<std::pair<std::string, file_format>>{
           {"\xef\xbb\xbfid,status\nt1,done\n\n\n", file_format::csv},
           {"id,status\nt1,done", file_format::csv},
           {"\xef\xbb\xbf{\"id\":1,\"status\":\"done\"}\n\n", file_format::ndjson},
           {"id,text\nt1," + std::string(3'000'000, 'x') + "\nt2," + std::string(200'000, 'y') + '\n',
            file_format::csv},
           {std::string(2'000'000, ' ') + "\n{\"id\":1,\"status\":\"done\"}", file_format::ndjson}}) {
    auto source = source_of(text, format);
    // Also after part of it has been read before.
    job_batch batch;
    ASSERT_TRUE(source.next(batch));
    const auto report = check(source);
    ASSERT_TRUE(report) << to_string(report.error());
    const auto identity = source.identity();
    ASSERT_TRUE(identity);
    EXPECT_EQ(report->identity, *identity);
    EXPECT_FALSE(*source.next(batch));
  }
}

// A file whose bytes can change without its times: a page that is written to already is not looked at again
// until it has gone to the disk.
class mapped_file {
 public:
  explicit mapped_file(const std::string& bytes) : size_(bytes.size()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "pawl-mapped-XXXXXX.csv").string();
    const descriptor file{::mkstemps(pattern.data(), 4)};
    path_ = pattern;
    if (::write(file.get(), bytes.data(), size_) != static_cast<ssize_t>(size_))
      throw std::runtime_error("cannot write " + path_);
    auto* const place = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (place == MAP_FAILED) throw std::runtime_error("cannot map " + path_);
    bytes_ = static_cast<char*>(place);
    put(0, bytes[0]);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file() {
    ::munmap(bytes_, size_);
    std::filesystem::remove(path_);
  }
  const std::string& path() const { return path_; }
  void put(std::size_t at, char c) { *static_cast<volatile char*>(bytes_ + at) = c; }

 private:
  std::string path_;
  std::size_t size_;
  char* bytes_ = nullptr;
};

TEST(Validation, TakesNoOtherBytesThanThoseThatWereHashedBefore) {
  mapped_file file("id,status\nt1,done\nt2,done\n");
  auto source = job_source::open(file.path(), test::threads(), {});
  ASSERT_TRUE(source);
  const auto identity = source->identity();
  ASSERT_TRUE(identity);
  for (int pass = 0; pass < 2; ++pass) {
    const auto report = check(*source);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->identity, *identity);
  }
  file.put(11, '7');
  const auto changed = check(*source);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().kind, failure_kind::usage);
  EXPECT_NE(changed.error().what.find("changed while it was being read"), std::string::npos)
      << changed.error().what;
}

TEST(Validation, LeavesCheckpointsThatAResumeCanSeekTo) {
  std::string text = "id,status,_n\n";
  for (int i = 1; i <= 140'000; ++i) text += std::to_string(i) + (i % 3 == 0 ? ",done,\"\n\"\n" : ",done,\n");
  auto source = source_of(text);
  const auto report = check(source);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->checkpoints.size(), 3u);
  for (const auto& at : report->checkpoints) {
    EXPECT_EQ(at.row % checkpoint_every, 0u);
    ASSERT_TRUE(source.seek(at));
    job_batch batch;
    ASSERT_TRUE(*source.next(batch));
    EXPECT_EQ(batch.job(0).row, at.row + 1);
    EXPECT_EQ(batch.job(0).line, at.line);
    EXPECT_EQ(batch.job(0).id, std::to_string(at.row + 1));
  }
}

TEST(Validation, SaysOnceThatRowsHaveNothingToChange) {
  constexpr const char* remedy = "; give every row a field with --set FIELD=VALUE, or leave such rows out";
  std::string text = "id,status\nt0,\n";
  const std::string what = "has nothing to change: no field has a value";
  auto one = source_of(text);
  auto report = check(one);
  ASSERT_TRUE(report);
  EXPECT_EQ(texts(*report), std::vector<std::string>{"2: " + what + remedy});
  auto two = source_of(text += "t1,\n");
  report = check(two);
  ASSERT_TRUE(report);
  EXPECT_EQ(texts(*report),
            std::vector<std::string>{"2: " + what + ", nor in 1 further row (line 3)" + remedy});
  for (int i = 0; i < 25; ++i) text += "t,nope\n";
  auto mixed = source_of(text + "t2,\nt3,caf\xe9\n");
  report = check(mixed);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bad_rows, 29u);
  EXPECT_EQ(report->complaint_count, 27u);
  ASSERT_EQ(report->first.size(), 20u);
  EXPECT_EQ(report->first.front().what, what + ", nor in 2 further rows (lines 3, 29)" + remedy);
  EXPECT_EQ(report->first.back().line, 30u);
  std::string all = "id,status\n";
  for (int i = 0; i < 10'000; ++i) all += "t,\n";
  auto every = source_of(all);
  report = check(every);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->complaint_count, 1u);
  EXPECT_EQ(texts(*report),
            std::vector<std::string>{"2: " + what + ", nor in 9999 further rows (lines 3, 4, 5, 6, 7, ...)" +
                                     remedy});
}

TEST(Validation, AnInputWithoutRowsHasNone) {
  for (auto* source : {"id,status\n\n,\n", "id,status"}) {
    auto header = source_of(source);
    const auto report = check(header);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->rows, 0u);
  }
  auto blank = source_of("\n\n", file_format::ndjson);
  const auto report = check(blank);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rows, 0u);
}

TEST(Validation, ReportsProgressAndStopsWhenToldTo) {
  std::string text = "id,status\n";
  for (int i = 0; i < 1000; ++i) text += "t,done\n";
  auto source = source_of(text);
  std::uint64_t rows = 0, bytes = 0;
  std::atomic<bool> stop = false;
  auto report = validate(
      source, test::threads(),
      [&](std::uint64_t r, std::uint64_t b) {
        EXPECT_GT(r, rows);
        EXPECT_GT(b, bytes);
        rows = r;
        bytes = b;
      },
      &stop);
  ASSERT_TRUE(report);
  EXPECT_EQ(rows, 1000u);
  EXPECT_EQ(bytes, text.size());
  report = validate(source, test::threads(), [&](std::uint64_t, std::uint64_t) { stop = true; }, &stop);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, failure_kind::usage);
  EXPECT_EQ(report.error().what, "validation was interrupted after 256 rows; nothing was sent");
}

}  // namespace
}  // namespace pawl::input
