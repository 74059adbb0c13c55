#include "config/token.hpp"

#include "settings_fixture.hpp"

#include <thread>

#include <sys/stat.h>

namespace pawl::config {
namespace {

class Token : public SettingsTest {
 protected:
  static void write_key(const std::string& text, ::mode_t mode = 0600) {
    write("key", text);
    ASSERT_EQ(::chmod("key", mode), 0);
  }
};

const std::string key = "pl_v2_abcdefghijklmnop";

TEST_F(Token, ComesFromTheVariableThatTheProfileNames) {
  env["PRODUCTLANE_API_KEY"] = key;
  const auto token = read_token(loaded(), env);
  ASSERT_TRUE(token) << to_string(token.error());
  EXPECT_EQ(token->value.reveal(), key);
  EXPECT_EQ(token->warning, "");
}

TEST_F(Token, ComesFromAFileWithoutItsLineEnd) {
  raw.token_file = "key";
  for (const auto* end : {"", "\n", "\r\n"}) {
    write_key(key + end);
    const auto token = read_token(loaded(), env);
    ASSERT_TRUE(token) << to_string(token.error());
    EXPECT_EQ(token->value.reveal(), key);
    EXPECT_EQ(token->warning, "");
  }
}

TEST_F(Token, IsReadAnewSoThatARotatedKeyIsSeen) {
  raw.token_file = "key";
  const auto s = loaded();
  write_key(key);
  EXPECT_EQ(read_token(s, env)->value.reveal(), key);
  write_key("pl_v2_other");
  EXPECT_EQ(read_token(s, env)->value.reveal(), "pl_v2_other");
}

TEST_F(Token, WarnsOfAFileThatOthersCanRead) {
  raw.token_file = "key";
  for (const ::mode_t mode : {0640u, 0604u, 0644u, 0620u}) {
    write_key(key, mode);
    const auto token = read_token(loaded(), env);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->warning, "key: other users of this machine may read or change the key; chmod 600 it");
  }
  write_key(key, 0400);
  EXPECT_EQ(read_token(loaded(), env)->warning, "");
}

TEST_F(Token, MayComeThroughAPipe) {
  ASSERT_EQ(::mkfifo("key", 0644), 0);
  raw.token_file = "key";
  std::thread writer([] { write("key", key + "\n"); });
  const auto token = read_token(loaded(), env);
  writer.join();
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value.reveal(), key);
  EXPECT_EQ(token->warning, "");
}

TEST_F(Token, IsRefusedWithoutBeingShown) {
  const std::pair<std::string, std::string> table[] = {
      {"", " is empty; put the API key there"},
      {"sec\nret", " holds more than one line; keep the key alone there, on one line"},
      {"sec\rret", " holds more than one line; keep the key alone there, on one line"},
      {"secret\n\n", " holds more than one line; keep the key alone there, on one line"},
      {std::string("sec\0ret", 7), " holds a control character; copy the key anew"},
      {" secret", " begins or ends with white space; remove it"},
      {"secret ", " begins or ends with white space; remove it"},
  };
  for (const auto& [text, what] : table) {
    env["PRODUCTLANE_API_KEY"] = text;
    raw.token_file.reset();
    auto token = read_token(loaded(), env);
    ASSERT_FALSE(token);
    EXPECT_EQ(to_string(token.error()), "PRODUCTLANE_API_KEY: the variable" + what);
    write_key(text);
    raw.token_file = "key";
    token = read_token(loaded(), env);
    if (text.empty() || text.find("sec") != std::string::npos) {
      ASSERT_FALSE(token);
      EXPECT_EQ(to_string(token.error()), "key: the key file" + what);
    }
  }
}

TEST_F(Token, IsToldWhenSomethingWasCopiedWithIt) {
  const std::pair<std::string, std::string> table[] = {
      {key + "\u200b", "holds a zero-width space, which nobody sees, as its last character"},
      {"\ufeff" + key, "holds a byte order mark, which nobody sees, as its character 1"},
      {"pl_\u00a0v2", "holds a no-break space, which nobody sees, as its character 4"},
      {"\u202e" + key, "holds a mark of direction"},
      {"\"" + key + "\"", "has quotes around the key"},
      {"'" + key + "'", "has quotes around the key"},
      {"\u201c" + key + "\u201d", "has quotes around the key"},
      {key + "`", "has quotes around the key"},
      {"Bearer " + key, "begins with \"Bearer\""},
      {"bearer " + key, "begins with \"Bearer\""},
      {"Authorization: Bearer " + key, "begins with \"Authorization:\""},
      {"export KEY=" + key, "begins with \"export\""},
      {"PRODUCTLANE_API_KEY=" + key, "begins with \"PRODUCTLANE_API_KEY=\""},
      {"\xff\xfep", "is saved as UTF-16"},
      {key + "\xc3", "holds bytes that are no text"},
      {key + " " + key, "has a space in its middle, as no key has"},
      {"<html>log in</html>", "is a page (HTML or XML) and no key"},
      {"[1,2]", "is a list (JSON) and no key"},
      {"null", "is \"null\" and no key"},
      {"undefined", "is \"undefined\" and no key"},
      {"NULL", "is \"null\" and no key"},
      {"(null)", "is \"(null)\" and no key"},
      {R"({"error":"no"})", "is an object (JSON) and no key"},
  };
  for (const auto& [text, what] : table) {
    env["PRODUCTLANE_API_KEY"] = text;
    auto token = read_token(loaded(), env);
    ASSERT_FALSE(token) << what;
    const auto told = to_string(token.error());
    EXPECT_NE(told.find(what), std::string::npos) << told;
    EXPECT_EQ(told.find(key), std::string::npos) << told;
  }
  // A password may begin with anything, and have spaces.
  env["K"] = "<a [b {c";
  auto from = loaded();
  from.token_env = "K";
  EXPECT_FALSE(read_token(from, env));
  from.profile.auth_basic = {{api::hole::token, "", {}}};
  EXPECT_TRUE(read_token(from, env));
  // What an API has its keys look like is no business of pawl's.
  for (const auto* good : {"abc==", "a.b-c_d~e", "bearer", "it's", "k\u00e9y"}) {
    env["PRODUCTLANE_API_KEY"] = good;
    EXPECT_TRUE(read_token(loaded(), env)) << good;
  }
}

TEST_F(Token, ANameThatMayBeTheKeyIsNotShown) {
  for (const auto* typed :
       {"pl_v2_abcdefghijklmnop", "test-secret-key-do-not-print", "Zm9v/YmFyYmF6cXV4cXV1eA=="}) {
    raw.token_file = typed;
    const auto s = loaded();
    EXPECT_EQ(to_string(read_token(s, env).error()).find(typed), std::string::npos);
    EXPECT_EQ(s.as_json.find(typed), std::string::npos);
  }
  raw.token_file.reset();
  raw.token_env = "AKIAIOSFODNN7EXAMPLE";
  EXPECT_EQ(to_string(read_token(loaded(), env).error()).find("AKIA"), std::string::npos);
  raw.token_env.reset();
  for (const auto* typed :
       {"pl_v2_abcdefghijklmnop", "pl_v2_abcdefghijklmnop=1", "test-secret-key-do-not-print"}) {
    raw.overrides = {typed};
    for (const auto& complaint : complaints()) EXPECT_EQ(complaint.find("pl_v2"), std::string::npos);
    for (const auto& complaint : complaints()) EXPECT_EQ(complaint.find("secret"), std::string::npos);
  }
}

TEST_F(Token, ChangesInAFileOnly) {
  EXPECT_FALSE(token_may_change(loaded()));
  write_key(key);
  raw.token_file = "key";
  EXPECT_TRUE(token_may_change(loaded()));
  std::filesystem::remove("key");
  ASSERT_EQ(::mkfifo("key", 0600), 0);
  EXPECT_FALSE(token_may_change(loaded()));
}

TEST_F(Token, IsMissingWithAWordOnWhereToPutIt) {
  const std::string remedy = "; set it to the API key, or name a file that holds the key with --token-file";
  EXPECT_EQ(to_string(read_token(loaded(), env).error()),
            "PRODUCTLANE_API_KEY: is not set, so there is no API key" + remedy);
  raw.token_env = "sk_live_0123456789";  // somebody put the key itself there
  EXPECT_EQ(to_string(read_token(loaded(), env).error()),
            "the variable of --token-env: is not set, so there is no API key" + remedy);
  raw.token_env.reset();
  raw.token_file = "nowhere/key";
  EXPECT_EQ(to_string(read_token(loaded(), env).error()),
            "nowhere/key: the key cannot be read: No such file or directory; name a readable file with "
            "--token-file");
  raw.token_file = ".";
  EXPECT_EQ(to_string(read_token(loaded(), env).error()),
            ".: the key cannot be read: Is a directory; name a readable file with --token-file");
  raw.token_file = "key";
  write_key(std::string(20'000, 'k'));
  EXPECT_EQ(to_string(read_token(loaded(), env).error()),
            "key: the key is longer than 16 KiB; name the file that holds the key alone");
}

TEST_F(Token, IsNotAskedForWhereTheApiNeedsNone) {
  write("open.toml",
        "name = \"open\"\nbase_url = \"https://h.example\"\nunknown_fields = \"pass\"\n[resource]\npath = "
        "\"/x/{id}\"\n"
        "[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n");
  raw.profile = "open.toml";
  const auto token = read_token(loaded(), env);
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->value.empty());
}

}  // namespace
}  // namespace pawl::config
