#include "engine/input/input_digest.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pawl::input {
namespace {

namespace fs = std::filesystem;

class JobSource : public ::testing::Test {
 protected:
  JobSource() {
    std::string pattern = (fs::temp_directory_path() / "pawl-input-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~JobSource() override { fs::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view bytes) {
    const auto path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  fs::path directory_;
};

job_source open(const std::string& path, const source_options& options = {}) {
  auto source = job_source::open(path, test::threads(), options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  return std::move(*source);
}

std::string failure_of(const std::string& path, const source_options& options = {}) {
  auto source = job_source::open(path, test::threads(), options);
  return source ? "" : to_string(source.error());
}

std::vector<std::string> rest(job_source& source) {
  std::vector<std::string> rows;
  job_batch batch;
  while (true) {
    auto more = source.next(batch);
    EXPECT_TRUE(more);
    if (!more || !*more) return rows;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto* error = batch.error(i);
      const auto number = error != nullptr ? error->row : batch.job(i).row;
      const auto line = error != nullptr ? error->line : batch.job(i).line;
      rows.push_back(std::to_string(number) + '@' + std::to_string(line) + ' ' + test::row_text(batch, i));
    }
  }
}

// Rows of all kinds: plain, quoted line ends, blank ones, bad ones.
std::string many_csv_rows(int count) {
  std::string text = "id,text,status\r\n";
  for (int i = 1; i <= count; ++i) {
    text += 't' + std::to_string(i);
    if (i % 7 == 0)
      text += ",\"a\nb \"\"" + std::to_string(i) + "\"\"\",";
    else
      text += ",x,";
    text += i % 11 == 0 ? "nope\r\n" : "done\n";
    if (i % 5 == 0) text += "\n,,\n";
  }
  return text;
}

std::string many_ndjson_rows(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text += "{\"id\":" + std::to_string(i) + ",\"status\":\"" + (i % 11 == 0 ? "nope" : "done") + "\"}\n";
    if (i % 5 == 0) text += "\r\n";
  }
  return text;
}

TEST_F(JobSource, TellsTheFormatByTheName) {
  const std::string csv = "id,status\nt1,done\n", ndjson = "{\"id\":\"t1\",\"status\":\"done\"}\n";
  for (const char* name : {"a.csv", "a.tsv", "A.CSV", "b.c.csv"})
    EXPECT_EQ(open(write(name, csv)).facts().format, file_format::csv) << name;
  for (const char* name : {"a.ndjson", "a.jsonl", "a.JSONL"})
    EXPECT_EQ(open(write(name, ndjson)).facts().format, file_format::ndjson) << name;
  const auto other = write("jobs.txt", csv);
  EXPECT_EQ(failure_of(other),
            other + ": the name does not tell the format; say --format csv or --format ndjson");
  const auto packed = write("jobs.csv.gz", "\x1f\x8b\x08");
  EXPECT_EQ(failure_of(packed), packed + ": is compressed; unpack it first (gunzip)") << "in any format";
  source_options options;
  options.format = file_format::csv;
  EXPECT_EQ(failure_of(other, options), "");
}

TEST_F(JobSource, SaysWhyAFileCannotBeOpened) {
  const auto missing = (directory_ / "none.csv").string();
  EXPECT_EQ(failure_of(missing), missing + ": cannot be opened: No such file or directory; check the path");
  EXPECT_EQ(failure_of(directory_.string()), directory_.string() + ": is a directory; name the file in it");
  EXPECT_EQ(failure_of("/dev/null"),
            "/dev/null: is not a regular file; pipe it to standard input (- with --format), "
            "which is spooled to a file first");
}

TEST_F(JobSource, ReportsWhatItFound) {
  const auto source = open(write("a.csv", "\xef\xbb\xbf_n;id;\"status\"\r\n;t1;done\r\n"));
  EXPECT_EQ(source.facts().header, "_n;id;\"status\"");
  EXPECT_EQ(source.facts().columns, (std::vector<std::string>{"_n", "id", "status"}));
  EXPECT_EQ(source.facts().delimiter, ';');
  EXPECT_TRUE(source.facts().delimiter_was_sniffed);
  EXPECT_EQ(source.position(), (checkpoint{0, 19, 2}));
}

TEST_F(JobSource, ContinuesAtAnyPositionAsIfItHadReadOn) {
  for (const auto& path : {write("a.csv", many_csv_rows(3000)), write("a.ndjson", many_ndjson_rows(3000))}) {
    auto source = open(path);
    const auto all = rest(source);
    ASSERT_EQ(all.size(), 3000u);
    auto walker = open(path);
    job_batch batch;
    std::size_t batches = 0;
    do {
      const auto at = walker.position();
      auto resumed = open(path);
      ASSERT_TRUE(resumed.seek(at));
      EXPECT_EQ(resumed.position(), at);
      EXPECT_EQ(rest(resumed),
                (std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(at.row), all.end())));
      ++batches;
    } while (*walker.next(batch));
    EXPECT_GT(batches, 10u);
    // Also backwards, and after the end.
    ASSERT_TRUE(source.seek(open(path).position()));
    EXPECT_EQ(rest(source), all);
  }
}

TEST_F(JobSource, RefusesAPositionOutsideTheFile) {
  auto source = open(write("a.csv", "id,status\nt1,done\n"));
  EXPECT_FALSE(source.seek({1, 1000, 5}));
  EXPECT_FALSE(source.seek({0, 0, 1}));
  EXPECT_TRUE(source.seek({1, 18, 3}));
  job_batch batch;
  EXPECT_FALSE(*source.next(batch));
}

TEST_F(JobSource, KeepsBatchesSmall) {
  std::string text = "id,text\n";
  for (int i = 0; i < 1000; ++i) text += 't' + std::to_string(i) + ',' + std::string(20'000, 'x') + '\n';
  auto source = open(write("a.csv", text));
  job_batch batch;
  std::size_t rows = 0, most = 0;
  while (*source.next(batch)) {
    rows += batch.size();
    most = std::max(most, batch.bytes().bytes_used());
  }
  EXPECT_EQ(rows, 1000u);
  EXPECT_LT(most, 320u * 1024);
}

TEST_F(JobSource, PassesEveryCheckpointExactly) {
  std::string text;
  for (int i = 0; i < 140'000; ++i) text += "{\"id\":" + std::to_string(i) + ",\"status\":\"done\"}\n";
  auto source = open(write("a.ndjson", text));
  job_batch batch;
  std::vector<std::uint64_t> seen;
  while (*source.next(batch))
    if (source.position().row % checkpoint_every == 0) seen.push_back(source.position().row);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{65'536, 131'072}));
}

TEST_F(JobSource, NoticesAFileThatChanges) {
  const auto path = write("a.csv", many_csv_rows(2000));
  auto source = open(path);
  job_batch batch;
  ASSERT_TRUE(*source.next(batch));
  std::ofstream(path, std::ios::app) << "t9,x,done\n";
  const auto more = source.next(batch);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, failure_kind::mend);
  EXPECT_EQ(more.error().place, path);
  EXPECT_NE(more.error().what.find("changed while it was being read"), std::string::npos);
  EXPECT_FALSE(more.error().remedy.empty());
  EXPECT_FALSE(source.identity());
  // Same size, another time: at the end of the pass.
  auto other = open(path);
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_FALSE(other.next(batch));
}

// Nobody can set the change time. Where it alone moved, the bytes decide.
TEST_F(JobSource, NoticesAFileThatChangesAndKeepsItsModificationTime) {
  std::string rows;
  for (int i = 0; i < 600; ++i) rows += "t" + std::to_string(i) + ",open\n";
  const auto path = write("a.csv", "id,status\n" + rows);
  auto source = open(path);
  ASSERT_TRUE(source.identity());
  job_batch batch;
  ASSERT_TRUE(*source.next(batch));

  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_hard_link(path, path + ".2");
  auto more = source.next(batch);
  ASSERT_TRUE(more) << to_string(more.error());
  EXPECT_TRUE(*more);
  EXPECT_TRUE(source.verify());

  const auto before = fs::last_write_time(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-5, std::ios::end);
    file << "done";
  }
  fs::last_write_time(path, before);
  more = source.next(batch);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, failure_kind::mend);
  EXPECT_NE(more.error().what.find("its change time moved"), std::string::npos) << more.error().what;
  const auto same = source.verify();
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().kind, failure_kind::mend);
  EXPECT_NE(same.error().what.find("changed while the run went on"), std::string::npos) << same.error().what;
}

TEST_F(JobSource, IdentityIsTheShaOfTheBytes) {
  auto source = open(write("a.csv", "id,status\nt1,done\n"));
  job_batch batch;
  ASSERT_TRUE(*source.next(batch));
  const auto before = source.position();
  const auto identity = source.identity();
  ASSERT_TRUE(identity);
  // printf 'id,status\nt1,done\n' | sha256sum
  EXPECT_EQ(to_hex(identity->file), "213ce46df0743d14eedabd3803cec80386a3cc725743c2d997620534193db224");
  EXPECT_EQ(source.position(), before);
  EXPECT_EQ(parse_sha256(to_hex(identity->file)), identity->file);
  EXPECT_EQ(parse_sha256("12"), std::nullopt);
  EXPECT_EQ(parse_sha256(std::string(64, 'g')), std::nullopt);
}

// As another process does it that has the fingerprint from a ledger.
TEST_F(JobSource, IsTheSameInputByAFingerprintThatWasKept) {
  const auto path = write("a.csv", many_csv_rows(2000));
  keyed_fingerprint kept;
  kept.key.fill(7);
  fingerprint_stream stream(kept.key);
  stream.add(many_csv_rows(2000));
  kept.print = stream.finish();

  auto source = open(path);
  const auto identity = source.identity();
  ASSERT_TRUE(identity);
  EXPECT_NE(source.print(), kept) << "this process has a key of its own";

  auto same = open(path);
  const auto by_print = same.identity_if(kept, identity->file);
  ASSERT_TRUE(by_print);
  EXPECT_EQ(*by_print, *identity);
  EXPECT_EQ(same.print(), kept);
  EXPECT_TRUE(same.verify());
  const auto report = validate(same, test::threads(), {}, nullptr);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->identity, *identity);
  EXPECT_EQ(report->print, kept);

  // Every byte counts, and so does every one that is not there any more.
  const auto bytes = many_csv_rows(2000);
  source_options by_text;
  by_text.id_column = "text";
  for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
    auto other = bytes;
    other[at] ^= 1;
    auto changed = job_source::from_bytes("a.csv", other, test::passing_threads(), by_text);
    if (!changed) continue;  // its header is no header any more
    const auto answer = changed->identity_if(kept, identity->file);
    ASSERT_TRUE(answer);
    EXPECT_FALSE(*answer) << at;
    EXPECT_FALSE(changed->print()) << "nothing is known of it";
  }
  auto shorter = open(write("b.csv", std::string_view(bytes).substr(0, bytes.size() - 1)));
  EXPECT_FALSE(*shorter.identity_if(kept, identity->file));
}

TEST_F(JobSource, IdentityChangesWithWhatShapesAPatchAndWithNothingElse) {
  const std::string text = "id,key,status,title,_n\nt1,k,done,x,n\n";
  const auto path = write("a.csv", text);
  const auto shaping = [&](auto change) {
    source_options options;
    options.ignore = {"key"};
    change(options);
    auto source = open(path, options);
    return to_hex(source.identity()->shaping);
  };
  const auto plain = shaping([](auto&) {});
  EXPECT_EQ(shaping([](auto& o) { o.format = file_format::csv; }), plain);
  EXPECT_EQ(shaping([](auto& o) { o.delimiter = ','; }), plain);
  EXPECT_EQ(shaping([](auto& o) { o.id_column = "id"; }), plain);
  std::vector<std::string> others = {plain};
  const auto differs = [&](auto change) {
    const auto digest = shaping(change);
    EXPECT_EQ(std::count(others.begin(), others.end(), digest), 0);
    others.push_back(digest);
  };
  differs([](auto& o) { o.null_token = "NULL"; });
  differs([](auto& o) { o.list_separator = '|'; });
  differs([](auto& o) { o.set = {{"pain_level", "LOW"}}; });
  differs([](auto& o) { o.set = {{"pain_level", "HIGH"}}; });
  differs([](auto& o) { o.map = {{"title", "text"}}; });
  differs([](auto& o) { o.ignore = {"key", "title"}; });
  differs([](auto& o) {
    o.id_column = "key";
    o.ignore = {"id"};
  });
  // The order in which options are given means nothing.
  EXPECT_EQ(shaping([](auto& o) { o.set = {{"pain_level", "LOW"}, {"closed_loop", "1"}}; }),
            shaping([](auto& o) { o.set = {{"closed_loop", "1"}, {"pain_level", "LOW"}}; }));

  // Another type of a field that is used; the type of one that is not.
  const auto with_type = [&](const char* field, api::field_type type) {
    auto profile = test::make_profile();
    profile.fields[to_index(*profile.find(field))].type = type;
    source_options options;
    options.ignore = {"key"};
    auto source = job_source::open(path, profile, options);
    return to_hex(source->identity()->shaping);
  };
  EXPECT_NE(with_type("title", api::field_type::json), plain);
  EXPECT_EQ(with_type("text", api::field_type::json), plain);
}

}  // namespace
}  // namespace pawl::input
