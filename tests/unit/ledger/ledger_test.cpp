#include "engine/ledger/ledger.hpp"

#include "engine/ledger/database.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <fstream>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

using namespace testing;

// Runs `body` in a child and answers what it wrote; for what needs another process or other rights.
std::string in_child(const std::function<std::string()>& body, uid_t user = ::getuid()) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  const auto child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    std::string text = "no rights";
    if (user == ::getuid() || ::setuid(user) == 0) text = body();
    const auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char bytes[4096];
  for (ssize_t n; (n = ::read(ends[0], bytes, sizeof bytes)) > 0;)
    text.append(bytes, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return text;
}

std::string told(const failure& f) {
  const char* kinds[] = {"usage", "later", "mend"};
  return std::string{kinds[static_cast<int>(f.kind)]} + " " + to_string(f);
}

std::string opening(const std::string& path, access how) {
  const auto opened = ledger_file::open(path, how);
  return opened ? "opened" : told(opened.error());
}

class Ledger : public ::testing::Test {
 protected:
  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
};

TEST_F(Ledger, IsEmptyAtFirst) {
  auto file = must(ledger_file::open(path, access::read_write));
  EXPECT_EQ(must(file.newest_generation()), std::nullopt);
  EXPECT_EQ(file.path(), path);
}

TEST_F(Ledger, KeepsAGeneration) {
  auto want = a_generation(123);
  want.skip_invalid = true;
  {
    auto file = must(ledger_file::open(path, access::read_write));
    want.id = must(file.begin_generation(want, {{0, 9, 2}, {65'536, 4'000'000, 65'600}}));
    EXPECT_EQ(want.id, 1);
    must(file.bind_account(1, "ws_2"));
  }
  auto file = must(ledger_file::open(path, access::read_write));
  auto got = must(file.newest_generation());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->id, 1);
  EXPECT_EQ(got->target, (target{"productlane", "https://productlane.com/api/v2", "ws_2"}));
  EXPECT_EQ(got->input, want.input);
  EXPECT_EQ(got->input_path, "jobs.csv");
  EXPECT_EQ(got->header, "id,title");
  EXPECT_EQ(got->delimiter, ';');
  EXPECT_EQ(got->settings, want.settings);
  EXPECT_EQ(got->rows, 123u);
  EXPECT_EQ(got->started, start);
  EXPECT_EQ(got->finished, std::nullopt);
  EXPECT_FALSE(got->given_up);
  EXPECT_TRUE(got->skip_invalid);

  EXPECT_EQ(must(file.checkpoint_before(1, 65'535)), (input::checkpoint{0, 9, 2}));
  EXPECT_EQ(must(file.checkpoint_before(1, 65'536)), (input::checkpoint{65'536, 4'000'000, 65'600}));
  EXPECT_EQ(must(file.checkpoint_before(1, 900'000)), (input::checkpoint{65'536, 4'000'000, 65'600}));
  EXPECT_EQ(must(file.checkpoint_before(2, 900'000)), (input::checkpoint{0, 0, 1}));

  must(file.finish_generation(1, start + std::chrono::hours{1}));
  got = must(file.newest_generation());
  EXPECT_EQ(got->finished, start + std::chrono::hours{1});
}

TEST_F(Ledger, GivesUpAnUnfinishedGenerationForANewOne) {
  auto made = begin(path, 10);
  EXPECT_EQ(must(made.file.begin_generation(a_generation(11), {})), 2);
  EXPECT_EQ(must(made.file.newest_generation())->id, 2);
  EXPECT_FALSE(must(made.file.newest_generation())->given_up);
  auto db = must(database::open(path, SQLITE_OPEN_READONLY));
  EXPECT_EQ(must(db->ask("SELECT given_up_at FROM generation WHERE id = 1")),
            start.time_since_epoch().count());
}

TEST_F(Ledger, AWithdrawnGenerationIsAsIfItHadNotBegun) {
  auto made = begin(path, 10);
  auto db = must(database::open(path, SQLITE_OPEN_READWRITE));
  const auto put_row = [&](const std::string& key, const std::string& id) {
    const auto sql =
        "INSERT INTO job_data (key, id, outcome, attempts, latency_us, finished_after) VALUES (" + key +
        ", " + id + ", 0, 1, 0, 0)";
    must(db->execute(sql.c_str()));
  };
  put_row("1", "1");  // the id of a resource that looks like a generation's
  must(made.file.begin_generation(a_generation(11), {}));
  must(made.file.withdraw(2, start + std::chrono::seconds{1}));
  EXPECT_EQ(must(made.file.newest_generation())->id, 1);
  EXPECT_FALSE(must(made.file.newest_generation())->given_up);
  EXPECT_TRUE(must(made.file.generation(2))->given_up);

  must(made.file.finish_generation(1, start + std::chrono::seconds{2}));
  EXPECT_EQ(must(made.file.begin_generation(a_generation(12), {})), 3);
  must(made.file.withdraw(3, start + std::chrono::seconds{3}));
  EXPECT_EQ(must(made.file.newest_generation())->id, 1);

  // What was given up after something was done is still the newest.
  put_row("(2 << 40) + 1", "'thr_1'");
  EXPECT_EQ(must(made.file.newest_generation())->id, 3);

  const auto only_path = path + ".first";
  auto only = begin(only_path, 10);
  must(only.file.withdraw(1, start));
  EXPECT_FALSE(must(only.file.newest_generation()));
}

TEST_F(Ledger, KeepsRuns) {
  auto made = begin(path, 10);
  outcome_counts counts;
  counts[outcome::applied] = 7;
  counts[outcome::invalid] = 1;
  must(made.file.end_run(made.run, start + std::chrono::seconds{5}, 3, "limit", counts));
  const auto second = must(made.file.begin_run(made.generation, "0.2.0", start + std::chrono::seconds{9}));
  const auto runs = must(made.file.runs(made.generation));
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, made.run);
  EXPECT_EQ(runs[0].ended, start + std::chrono::seconds{5});
  EXPECT_EQ(runs[0].exit_code, 3);
  EXPECT_EQ(runs[0].stop_reason, "limit");
  EXPECT_EQ(runs[0].counts, counts);
  EXPECT_EQ(runs[1].id, second);
  EXPECT_EQ(runs[1].version, "0.2.0");
  EXPECT_EQ(runs[1].ended, std::nullopt);
  EXPECT_EQ(runs[1].exit_code, std::nullopt);
}

TEST_F(Ledger, IsReadableByItsOwnerOnly) {
  auto made = begin(path, 10);
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat file{};
    ASSERT_EQ(::stat((path + suffix).c_str(), &file), 0) << suffix;
    EXPECT_EQ(file.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(Ledger, TellsOtherProgramsWhatItIs) {
  begin(path, 10);
  auto db = must(database::open(path, SQLITE_OPEN_READONLY));
  EXPECT_EQ(must(db->ask("PRAGMA application_id")), application_id);
  EXPECT_EQ(must(db->ask("PRAGMA user_version")), schema_version);
  EXPECT_EQ(must(db->ask("SELECT count(*) FROM pragma_table_info('job') WHERE name IN ('generation', 'row',"
                         " 'id', 'outcome', 'verified', 'http_status', 'error_code', 'error_message',"
                         " 'request_id', 'attempts', 'sent_at', 'finished_at', 'latency_us', 'raw')")),
            14);
}

// As the version before left it.
void make_it_version_1(const std::string& path) {
  must(
      must(database::open(path, SQLITE_OPEN_READWRITE))
          ->execute("DROP TABLE seal; DROP TABLE chain; DROP TABLE matched; ALTER TABLE run DROP COLUMN host;"
                    "ALTER TABLE run DROP COLUMN user;"
                    "ALTER TABLE run DROP COLUMN boot_id; ALTER TABLE run DROP COLUMN started_boot_us;"
                    "ALTER TABLE intent DROP COLUMN sent_boot_us;"
                    "ALTER TABLE intent DROP COLUMN idempotency_key; PRAGMA user_version = 1;"
                    "INSERT INTO intent (generation, row, sent_at, run, id, new_values)"
                    " VALUES (1, 3, 1795000000000000, 1, 't', '{}')"));
}

TEST_F(Ledger, BringsOneOfAnEarlierVersionUpToDate) {
  begin(path, 10);
  make_it_version_1(path);
  {
    auto file = must(ledger_file::open(path, access::read_write));
    const boot_moment boot{"0b5a5a5e-0000-4000-8000-000000000001", std::chrono::seconds{7}};
    EXPECT_EQ(must(file.begin_run(1, "0.2.0", start, boot)), 2);
    const auto left = must(file.open_intents(1));
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].sent, boot_moment{}) << "what nobody wrote down proves nothing";
  }
  auto db = must(database::open(path, SQLITE_OPEN_READONLY));
  EXPECT_EQ(must(db->ask("PRAGMA user_version")), schema_version);
  EXPECT_EQ(must(db->ask("SELECT started_boot_us FROM run WHERE id = 2")), 7'000'000);
}

TEST_F(Ledger, ReadsOneOfAnEarlierVersionAsItIs) {
  begin(path, 10);
  make_it_version_1(path);
  auto file = must(ledger_file::open(path, access::read_only));
  EXPECT_EQ(must(file.runs(1)).size(), 1u);
  EXPECT_EQ(must(file.open_intents(1)).size(), 1u);
  EXPECT_EQ(must(must(database::open(path, SQLITE_OPEN_READONLY))->ask("PRAGMA user_version")), 1);
}

TEST_F(Ledger, LetsOneRunInAtATime) {
  auto made = begin(path, 10);
  const auto text = in_child([&] { return opening(path, access::read_write); });
  EXPECT_TRUE(text.starts_with("later ")) << text;
  EXPECT_NE(text.find("pid " + std::to_string(::getpid()) + " (pawl_tests_unit"), std::string::npos) << text;
  EXPECT_NE(text.find("started 2"), std::string::npos) << text;
  EXPECT_EQ(in_child([&] { return opening(path, access::read_only); }), "opened");
  EXPECT_TRUE(must(ledger_file::running(path)).has_value());
}

TEST_F(Ledger, IsFreeAgainAfterARun) {
  EXPECT_EQ(must(ledger_file::running(path)), std::nullopt);
  begin(path, 10);
  EXPECT_EQ(must(ledger_file::running(path)), std::nullopt);
  EXPECT_EQ(opening(path, access::read_write), "opened");
}

TEST_F(Ledger, RefusesWhatIsNoLedger) {
  {
    std::ofstream{directory / "text"} << std::string(5000, 'x');
  }
  {
    must(must(database::open(directory / "other", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE))
             ->execute("CREATE TABLE t (x)"));
  }
  {
    std::ofstream{directory / "empty"};
  }
  begin(directory / "newer", 1);
  must(must(database::open(directory / "newer", SQLITE_OPEN_READWRITE))->execute("PRAGMA user_version = 6"));
  struct row {
    const char *name, *says;
    access how;
  };
  const row table[] = {
      {"text", "usage ", access::read_write},
      {"text", "usage ", access::read_only},
      {"other", "is not a ledger of pawl", access::read_write},
      {"other", "usage ", access::read_only},
      {"newer", "schema version 6, this pawl knows version 5", access::read_write},
      {"newer", "usage ", access::read_only},
      {"empty", "no run has begun", access::read_only},
      {"absent", "usage ", access::read_only},
      {"no/such/directory", "usage ", access::read_write},
      {"text/below", "usage ", access::read_write},
  };
  for (const auto& r : table) {
    const auto text = opening(directory / r.name, r.how);
    EXPECT_NE(text.find(r.says), std::string::npos) << r.name << ": " << text;
  }
  // Nothing was changed on the way.
  std::ifstream text{directory / "text"};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{text}, {}), std::string(5000, 'x'));
  EXPECT_EQ(opening(directory / "empty", access::read_write), "opened");
}

TEST_F(Ledger, SaysThatAFileIsDamaged) {
  begin(path, 10);
  {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(100);
    for (int i = 0; i < 3000; ++i) file.put('\x55');
  }
  const auto text = opening(path, access::read_write);
  EXPECT_TRUE(text.starts_with("mend ")) << text;
  EXPECT_NE(text.find("damaged"), std::string::npos) << text;
}

TEST_F(Ledger, SaysThatAPlaceCannotBeWritten) {
  if (::getuid() != 0) GTEST_SKIP() << "needs a second user";
  constexpr uid_t nobody = 65534;
  begin(path, 10);
  // The directory is root's: nobody may neither create nor lock there.
  auto text = in_child([&] { return opening(directory / "new", access::read_write); }, nobody);
  EXPECT_TRUE(text.starts_with("mend ")) << text;
  EXPECT_NE(text.find("--ledger"), std::string::npos) << text;
  text = in_child([&] { return opening(path, access::read_write); }, nobody);
  EXPECT_TRUE(text.starts_with("mend ")) << text;
  text = in_child([&] { return opening(path, access::read_only); }, nobody);
  EXPECT_TRUE(text.starts_with("mend ")) << text;  // 0600
  // A file that may be read in a directory that may not be written.
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(in_child([&] { return opening(path, access::read_only); }, nobody), "opened");
  // The lock may be taken, and the file not be written.
  ::chmod((path + ".lock").c_str(), 0666);
  text = in_child([&] { return opening(path, access::read_write); }, nobody);
  EXPECT_TRUE(text.starts_with("mend ")) << text;
  EXPECT_NE(text.find("cannot be written"), std::string::npos) << text;
}

TEST_F(Ledger, TakesOddNamesAsTheyAre) {
  for (const auto* name : {"100%?#.ledger", "file:x?mode=memory", "caf\u00e9 '\".ledger"}) {
    begin(directory / name, 1);
    EXPECT_TRUE(std::filesystem::exists(directory / name)) << name;
    EXPECT_EQ(opening(directory / name, access::read_only), "opened");
  }
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  begin(":memory:", 1);
  EXPECT_TRUE(std::filesystem::exists(directory / ":memory:"));
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace pawl::ledger
