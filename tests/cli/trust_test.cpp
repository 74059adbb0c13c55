// What was merely found decides nothing, and a trusted_key reaches no text that pawl writes, whatever an API
// or a folder does to have it there.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <sys/stat.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::scripted_server;

namespace fs = std::filesystem;

constexpr const char* trusted_key = "pl_v2_trust/0123+456789abcdef";
constexpr const char* key_encoded = "pl_v2_trust%2F0123%2B456789abcdef";
constexpr const char* key_escaped = R"(pl_v2_trust\/0123+456789abcdef)";

// A user's directory, and a server that is found in it or named.
class trust_test : public ::testing::Test {
 protected:
  child_result pawl(std::vector<std::string> arguments) const {
    return run_child(command(std::move(arguments)));
  }

  child_options command(std::vector<std::string> arguments) const {
    auto options = workspace.command(std::move(arguments));
    options.environment["PRODUCTLANE_API_KEY"] = trusted_key;
    options.environment["PAWL_CONFIG"] = std::nullopt;
    return options;
  }

  void write(const std::string& name, const std::string& text) const {
    write_file(workspace.files() / name, text);
  }
  std::string read(const std::string& name) const { return read_file(workspace.files() / name); }

  std::string settings() const {
    return "api.base_url = \"" + server.url() +
           "\"\nlimits.write = \"unlimited\"\nlimits.read = \"unlimited\"\n";
  }

  // Whether the trusted_key stands anywhere in what was written, in any of its forms.
  static bool shows_key(const std::string& text) {
    return text.find("0123+456789abcdef") != std::string::npos ||
           text.find("456789abcdef") != std::string::npos;
  }

  scripted_server server{testing::plain_http()};
  pawl_workspace workspace;
};

std::string thread(const std::string& id, const std::string& title) {
  return R"({"id":")" + id + R"(","title":")" + title +
         R"(","status":"open","updated_at":"2026-11-01T00:00:00Z"})";
}

TEST_F(trust_test, AFoundFileGetsNoKeyUntilItIsTrustedOrNamed) {
  server.when("/me").reply(200, {}, R"({"workspace_id":"ws_1","scopes":[]})");
  server.when("/threads/t1").reply(200, {}, thread("t1", "old")).then(200, {}, thread("t1", "new"));
  write("pawl.toml", settings());
  write("my jobs.csv", "id,title\nt1,new\n");

  const auto refused = pawl({"run", "my jobs.csv"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("it sets api.base_url (line 1)"));
  EXPECT_THAT(refused.errors, HasSubstr("\n  pawl trust pawl.toml\n"));
  EXPECT_THAT(refused.errors, HasSubstr("\n  pawl run --config pawl.toml 'my jobs.csv'\n"));
  EXPECT_EQ(server.connections(), 0u);
  for (const auto* other : {"plan", "check"}) EXPECT_EQ(pawl({other, "my jobs.csv"}).exit_code, 2) << other;
  for (const auto* other : {"pull", "doctor"}) EXPECT_EQ(pawl({other}).exit_code, 2) << other;
  EXPECT_EQ(server.connections(), 0u);
  EXPECT_EQ(pawl({"check", "--config", "pawl.toml", "my jobs.csv"}).exit_code, 0);

  const auto trusted = pawl({"trust", "pawl.toml"});
  EXPECT_EQ(trusted.exit_code, 0) << trusted.errors;
  EXPECT_THAT(trusted.output, HasSubstr("* line 1: api.base_url = " + server.url()));
  EXPECT_THAT(trusted.output, HasSubstr("    line 2: limits.write = unlimited"));
  const auto run = pawl({"run", "my jobs.csv"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_GT(server.connections(), 0u);

  write("pawl.toml", settings() + "#\n");
  const auto changed = pawl({"check", "my jobs.csv"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.errors, HasSubstr("has changed"));
}

TEST_F(trust_test, AFoundFileDoesNotSayHowARunIsUndone) {
  server.when("/me").reply(200, {}, R"({"workspace_id":"ws_1","scopes":[]})");
  server.when("/threads/t1").reply(200, {}, thread("t1", "old")).then(200, {}, thread("t1", "new"));
  write("pawl.toml", settings());
  write("jobs.csv", "id,title\nt1,new\n");
  ASSERT_EQ(pawl({"run", "jobs.csv", "--config", "pawl.toml"}).exit_code, 0);
  const auto refused = pawl({"undo", "jobs.csv.ledger"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("\n  pawl undo --config pawl.toml jobs.csv.ledger\n"));
  EXPECT_EQ(pawl({"undo", "--config", "pawl.toml", "jobs.csv.ledger"}).exit_code, 0);
}

TEST_F(trust_test, ALogOfAFoundFileIsNotOpened) {
  write("profile", "kept");
  write("pawl.toml", "log.file = \"profile\"\n");
  write("jobs.csv", "id,title\nt1,new\n");
  EXPECT_EQ(pawl({"check", "jobs.csv"}).exit_code, 2);
  EXPECT_EQ(read("profile"), "kept");
}

TEST_F(trust_test, NoTextShowsTheKeyThatAReplyShows) {
  const std::string error = std::string(R"({"error":{"code":")") + trusted_key +
                            R"(","message":"wrong trusted_key )" + trusted_key + " or " + key_encoded +
                            " or " + key_escaped + R"(","details":{"sent":")" + key_escaped +
                            R"("},"request_id":")" + trusted_key + R"("}})";
  const auto request_id = std::string("X-Request-Id: req ") + trusted_key;
  server.when("/me").reply(
      200, request_id,
      std::string(R"({"workspace_id":"ws )") + key_escaped + R"(","scopes":[")" + trusted_key + R"("]})");
  server.when("/threads/t1").reply(200, request_id, thread("t1", "old")).then(422, request_id, error);
  server.when("/threads/t2").reply(404, request_id, error);
  server.when("/threads/t3")
      .reply(200, request_id, thread("t3", "old"))
      .then(200, request_id, thread("t3", std::string("other ") + key_escaped));
  server.when("/threads/t4")
      .reply(200, request_id, thread("t4", "old"))
      .then(200, request_id, thread("t4", "new"));
  write("pawl.toml", settings());
  write("jobs.csv", "id,title\nt1,new\nt2,new\nt3,new\nt4,new\n");
  const auto run = pawl({"run", "jobs.csv", "--config", "pawl.toml", "--summary", "s.json", "--log-file",
                         "run.log", "--log-format", "json", "-v", "-v"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("wrong trusted_key ***"));
  EXPECT_FALSE(shows_key(run.errors)) << run.errors;
  EXPECT_FALSE(shows_key(run.output));
  for (const auto& entry : fs::recursive_directory_iterator(workspace.files().path())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_FALSE(shows_key(read_file(entry.path()))) << entry.path();
  }
  EXPECT_EQ(sqlite_value(workspace.files() / "jobs.csv.ledger",
                         "select count(*) from job where request_id like '%***%'"),
            "4");
  for (const std::vector<std::string>& after : {std::vector<std::string>{"status", "jobs.csv.ledger"},
                                                {"export", "jobs.csv.ledger"},
                                                {"doctor", "--config", "pawl.toml"},
                                                {"verify", "jobs.csv.ledger", "--config", "pawl.toml"}}) {
    const auto result = pawl(after);
    EXPECT_FALSE(shows_key(result.output + result.errors))
        << after[0] << ": " << result.output << result.errors;
  }
}

TEST_F(trust_test, AValueOfAResourceIsKeptAsItIsForUndo) {
  const auto old = std::string("uses ") + trusted_key;
  server.when("/me").reply(200, {}, R"({"workspace_id":"ws_1","scopes":[]})");
  server.when("/threads/t1").reply(200, {}, thread("t1", old)).then(200, {}, thread("t1", "new"));
  write("pawl.toml", settings());
  write("jobs.csv", "id,title\nt1,new\n");
  EXPECT_EQ(pawl({"run", "jobs.csv", "--config", "pawl.toml"}).exit_code, 0);
  EXPECT_THAT(pawl({"undo", "jobs.csv.ledger", "--config", "pawl.toml"}).output, HasSubstr(old));
}

TEST_F(trust_test, A401WaitsForAKeyThatIsBeingRotated) {
  const std::string no = R"({"error":{"code":"unauthenticated","message":"no"}})";
  server.when("/me").reply(401, {}, no).then(200, {}, R"({"workspace_id":"ws_1","scopes":[]})");
  server.when("/threads/t1")
      .reply(200, {}, thread("t1", "old"))
      .then(401, {}, no)
      .then(200, {}, thread("t1", "old"))
      .then(200, {}, thread("t1", "new"));
  write("pawl.toml", settings());
  write("jobs.csv", "id,title\nt1,new\n");
  write("key", "pl_v2_first_0123456789\n");
  fs::permissions(workspace.files() / "key", fs::perms::owner_read | fs::perms::owner_write);
  child_process run{command({"run", "jobs.csv", "--config", "pawl.toml", "--token-file", "key"})};
  // Before the account is known, and in the middle of the run.
  const auto asked_with = [&](const std::string& token, std::size_t times) {
    std::size_t seen = 0;
    for (const auto& request : server.requests())
      seen += request.head.find(token) != std::string::npos ? 1 : 0;
    return seen >= times;
  };
  ASSERT_TRUE(wait_until([&] { return asked_with("pl_v2_first", 1); }));
  write("key", "pl_v2_second_0123456789\n");
  ASSERT_TRUE(wait_until([&] { return asked_with("pl_v2_second", 3); })) << run.errors();
  write("key", "pl_v2_third_0123456789\n");
  EXPECT_EQ(run.wait().code, 0) << run.errors();
  EXPECT_TRUE(asked_with("pl_v2_third", 1));
}

TEST_F(trust_test, A401IsBelievedAfterFiveSecondsWhereTheKeyMayChange) {
  server.when("/me").reply(401, {}, R"({"error":{"code":"unauthenticated","message":"no"}})");
  write("pawl.toml", settings());
  write("jobs.csv", "id,title\nt1,new\n");
  write("key", "pl_v2_first_0123456789\n");
  const auto with_file = pawl({"run", "jobs.csv", "--config", "pawl.toml", "--token-file", "key"});
  EXPECT_EQ(with_file.exit_code, 4) << with_file.errors;
  EXPECT_GE(with_file.elapsed, std::chrono::seconds{5}) << "load only lengthens it";
  EXPECT_EQ(server.requests().size(), 1u);
  // That a trusted_key which cannot change is looked for once is counted in process: RotatedKey.
  const auto with_variable = pawl({"run", "jobs.csv", "--config", "pawl.toml"});
  EXPECT_EQ(with_variable.exit_code, 4) << with_variable.errors;
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(trust_test, AKeyTypedInTheWrongPlaceIsNotEchoed) {
  write("jobs.csv", "id,title\nt1,new\n");
  write("pawl.toml", "api.base_url = \"https://evil.example\"\n");
  const std::string typed = "pl_v2_typed_0123456789abcdef";
  const std::vector<std::vector<std::string>> lines = {
      {typed},
      {"run", typed},
      {"run", "jobs.csv", typed},
      {"--token", typed, "run", "jobs.csv"},
      {"run", "jobs.csv", "--token", typed},
      {"run", "jobs.csv", "--token-env", typed, "-v"},
      {"run", "jobs.csv", "--token-file", typed, "-v"},
      {"check", "jobs.csv", "--key", typed, "-v", "-v"},
      {"run", "jobs.csv", "--cert", typed, "--key", typed},
      {"run", "jobs.csv", "-o", typed},
      {"run", "jobs.csv", "-o", "auth.token_env=" + typed},
      {"run", "jobs.csv", "-o", "auth.token_file=" + typed},
      {"status", typed},
      {"pull", "--token-file", typed},
      {"trust", typed},
  };
  for (const auto* with_found_file : {"pawl.toml", "other.toml"}) {
    for (const auto& line : lines) {
      auto arguments = line;
      if (line.size() > 1 && line[0] == "run") arguments.insert(arguments.end(), {"--summary", "s.json"});
      const auto result = pawl(arguments);
      EXPECT_NE(result.exit_code, 0) << ::testing::PrintToString(line);
      EXPECT_THAT(result.errors + result.output, Not(HasSubstr(typed))) << ::testing::PrintToString(line);
    }
    EXPECT_FALSE(stands_in_files(workspace.files().path(), typed)) << with_found_file;
    if (fs::exists(workspace.files() / "pawl.toml")) fs::remove(workspace.files() / "pawl.toml");
  }
}

TEST_F(trust_test, WhatIsInTheWayOfAnOutputIsNotTouched) {
  write("jobs.csv", "id,title\nt1,new\n");
  write("precious", "kept");
  write("key", "pl_v2_key_0123456789abcdef");
  fs::create_symlink("precious", workspace.files() / "link");
  ASSERT_EQ(::mkfifo((workspace.files() / "pipe").c_str(), 0600), 0);
  for (const std::vector<std::string>& output : {std::vector<std::string>{"--log-file", "link"},
                                                 {"--log-file", "pipe"},
                                                 {"--log-file", "jobs.csv"},
                                                 {"--log-file", "key"},
                                                 {"--summary", "link"},
                                                 {"--summary", "jobs.csv"},
                                                 {"--summary", "key"},
                                                 {"--ledger", "key"},
                                                 {"--ledger", "pipe"},
                                                 {"--ledger", "jobs.csv"}}) {
    auto arguments = output;
    arguments.insert(arguments.begin(), {"check", "jobs.csv", "--token-file", "key"});
    const auto result = pawl(arguments);
    EXPECT_EQ(result.exit_code, 2) << output[0] << " " << output[1] << result.errors;
  }
  for (const auto* out : {"link", "pipe", "key"})
    EXPECT_EQ(pawl({"pull", "--token-file", "key", "--out", out, "--base-url", server.url()}).exit_code, 2)
        << out;
  EXPECT_EQ(server.connections(), 0u);
  EXPECT_EQ(read("precious"), "kept");
  EXPECT_EQ(read("jobs.csv"), "id,title\nt1,new\n");
  EXPECT_EQ(read("key"), "pl_v2_key_0123456789abcdef");
  // Nor where the command line itself is wrong.
  EXPECT_EQ(pawl({"run", "jobs.csv", "--no-such-option", "--summary", "jobs.csv"}).exit_code, 2);
  EXPECT_EQ(read("jobs.csv"), "id,title\nt1,new\n");
}

}  // namespace
}  // namespace pawl::test
