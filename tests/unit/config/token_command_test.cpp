#include "config/token_command.hpp"

#include "config/token.hpp"
#include "engine/sys/clock.hpp"
#include "engine/text/redaction.hpp"
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace pawl::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class TokenCommand : public SettingsTest {
 protected:
  expected<app::token_reading> make(const std::string& script, program_limits limits = token_program_limits) {
    auto s = loaded();
    s.token_command = {"sh", "-c", script};
    return make_token(s, limits, nobody_gives_up_);
  }
  // The failure of a program that made no key, as it is shown.
  std::string wrong(const std::string& script, program_limits limits = token_program_limits) {
    const auto made = make(script, limits);
    if (made) return "it made a key";
    EXPECT_EQ(made.error().kind, failure_kind::mend);
    return to_string(made.error());
  }

 private:
  std::atomic<bool> nobody_gives_up_{false};
};

// ---- the setting

TEST_F(TokenCommand, IsAListOfArguments) {
  write("named.toml", "auth.token_command = [\"vault\", \"read\", \"a b\", \"\"]\n");
  raw.config_file = "named.toml";
  const auto s = loaded();
  EXPECT_THAT(s.token_command, ElementsAre("vault", "read", "a b", ""));
  EXPECT_EQ(s.token_env, "") << "the variable of the profile does not count";
  EXPECT_EQ(source_of(s, "auth.token_command"), "named.toml:1");
  raw.config_file.reset();
  raw.overrides = {R"(auth.token_command=["printf", "a\tb,c", 'd"e'])"};
  EXPECT_THAT(loaded().token_command, ElementsAre("printf", "a\tb,c", "d\"e"));
}

TEST_F(TokenCommand, OtherFormsAreComplaintsThatShowNoArgument) {
  const std::string remedy =
      "; write a list of texts such as [\"vault\", \"read\", \"...\"]: no shell splits it";
  for (const auto* value :
       {"vault read s3cret", "\"vault read s3cret\"", "[\"vault\", \"s3cret\"", "17", "", "[1]",
        "[\"vault\", [\"s3cret\"]]", "[\"vault\"]\nother = 1", "{a = \"s3cret\"}"}) {
    raw.overrides = {std::string{"auth.token_command="} + value};
    EXPECT_THAT(complaints(), ElementsAre("-o auth.token_command: is not written as it should be" + remedy))
        << value;
  }
  raw.overrides = {"auth.token_command=[]"};
  EXPECT_THAT(complaints(),
              ElementsAre("-o auth.token_command: is an empty list; give it a value, or leave it out"));
  raw.overrides = {R"(auth.token_command=["", "s3cret"])"};
  EXPECT_THAT(complaints(), ElementsAre("-o auth.token_command: names no program; write the program and its "
                                        "arguments: [\"vault\", \"read\", \"...\"]"));
  raw.overrides = {R"(auth.token_command=["***"])"};  // as a command that pawl prints has it
  EXPECT_THAT(complaints(),
              ElementsAre("-o auth.token_command: is ***, which stands for a program and arguments "
                          "that were not shown; write them in place of it"));
  raw.overrides.clear();
  write("named.toml", "auth.token_command = \"vault s3cret\"\n");
  raw.config_file = "named.toml";
  EXPECT_THAT(complaints(),
              ElementsAre("named.toml:1: auth.token_command: has the wrong type (got text)" + remedy));
}

TEST_F(TokenCommand, ExcludesAnotherSourceOfTheSameLayer) {
  raw.overrides = {R"(auth.token_command=["vault"])"};
  raw.token_file = "key";
  EXPECT_THAT(complaints(), ElementsAre("-o auth.token_command: the key is named twice: --token-file names a "
                                        "file as well; leave out one of the two"));
  raw.token_file.reset();
  raw.token_env = "A_KEY";
  EXPECT_THAT(complaints(), ElementsAre("-o auth.token_command: the key is named twice: --token-env names a "
                                        "variable as well; leave out one of the two"));
  raw.token_env.reset();
  raw.overrides.clear();
  write("named.toml", "[auth]\ntoken_command = [\"vault\"]\ntoken_file = \"key\"\n");
  raw.config_file = "named.toml";
  EXPECT_THAT(complaints(), ElementsAre("named.toml:2: the key is named twice: named.toml:3 names a file as "
                                        "well; leave out one of the two"));
}

TEST_F(TokenCommand, TheCommandLineOutranksAFile) {
  write("named.toml", "auth.token_command = [\"vault\"]\n");
  raw.config_file = "named.toml";
  raw.token_env = "A_KEY";
  EXPECT_TRUE(loaded().token_command.empty());
  EXPECT_EQ(loaded().token_env, "A_KEY");
  raw.token_env.reset();
  write("named.toml", "auth.token_file = \"key\"\n");
  raw.overrides = {R"(auth.token_command=["vault"])"};
  EXPECT_THAT(loaded().token_command, ElementsAre("vault"));
  EXPECT_EQ(loaded().token_file, "");
}

TEST_F(TokenCommand, MakesKeysForTheHostForWhichItIsNamed) {
  write("named.toml", "auth.token_command = [\"vault\"]\n");
  raw.config_file = "named.toml";
  raw.base_url = "https://other.example";
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("the key that named.toml:1 names is not meant for other.example")));
  raw.config_file.reset();
  raw.overrides = {R"(auth.token_command=["vault"])"};
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST_F(TokenCommand, OnlyTheProgramIsShownAndRecorded) {
  raw.overrides = {R"(auth.token_command=["/opt/vault", "read", "-token=s3cret"])"};
  const auto s = loaded();
  EXPECT_THAT(s.as_json, HasSubstr(R"("auth.token_command":"/opt/vault ...")"));
  EXPECT_THAT(s.as_json, Not(HasSubstr("s3cret")));
  for (const auto& one : s.effective) EXPECT_THAT(one.value, Not(HasSubstr("s3cret"))) << one.key;
  EXPECT_EQ(shown_token_command({"vault"}), "vault");
  EXPECT_EQ(shown_token_command({}), "");
  EXPECT_EQ(shown_token_command({"pl_v2_abcdefghijklmnop", "x"}), "(not shown: it may be a key) ...");
}

// ---- the program

TEST_F(TokenCommand, MakesAKeyAndTellsItsEnd) {
  auto made = make("echo pl_v2_made_0123456789");
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->value.reveal(), "pl_v2_made_0123456789");
  EXPECT_FALSE(made->life.ends);
  EXPECT_TRUE(holds_secret("it says pl_v2_made_0123456789.")) << "it is concealed from now on";

  const auto before = clock::now();
  made = make(R"(echo '{"access_token":"pl_v2_made_9876543210","expires_in":60}'; echo chatter >&2)");
  ASSERT_TRUE(made) << to_string(made.error());
  ASSERT_TRUE(made->life.ends);
  EXPECT_GE(made->life.begun, before);
  EXPECT_EQ(*made->life.ends - made->life.begun, 60s);
}

TEST_F(TokenCommand, ThatFailsIsToldWithItsWords) {
  const std::string of = "auth.token_command: sh ... ";
  const std::string remedy = "; run it by hand, mend it, and run the same command again";
  EXPECT_EQ(wrong("exit 2"), of + "ended with exit code 2" + remedy);
  EXPECT_EQ(wrong("echo sealed, >&2; echo 'call $it' >&2; exit 2"),
            of + "ended with exit code 2: sealed, call $it" + remedy);
  EXPECT_EQ(wrong("kill -TERM $$"), of + "was ended by signal 15" + remedy);
  program_limits short_time;
  short_time.time = 1s;
  EXPECT_EQ(wrong("echo waiting >&2; sleep 60; true", short_time),
            of + "had not ended after 1 s, and was killed: waiting" + remedy);
  program_limits few;
  few.output = 2048;
  EXPECT_EQ(wrong("yes", few), of + "printed more than 2 KiB, and was killed" + remedy);
  auto s = loaded();
  s.token_command = {"no-such-program", "s3cret"};
  const std::atomic<bool> stays{false};
  EXPECT_EQ(to_string(make_token(s, token_program_limits, stays).error()),
            "auth.token_command: no-such-program ... cannot be started: No such file or directory" + remedy);
}

TEST_F(TokenCommand, ThatPrintsRubbishHasMadeNoKey) {
  const auto rubbish = [this](const std::string& script) {
    auto text = wrong(script);
    const std::string begin = "auth.token_command: sh ... made no key: ";
    EXPECT_TRUE(text.starts_with(begin)) << text;
    text.erase(0, std::min(text.size(), begin.size()));
    return text.substr(0, text.find(';'));
  };
  EXPECT_EQ(rubbish("true"), "it printed nothing");
  EXPECT_EQ(rubbish("echo"), "it printed nothing");
  EXPECT_EQ(rubbish("true; echo Not logged in >&2"), "it printed nothing: Not logged in");
  EXPECT_EQ(rubbish("printf 's3cret-of-one\\ns3cret-of-two\\n'"), "what it printed holds more than one line");
  EXPECT_EQ(rubbish("printf 's3cret\\033[0m'"), "what it printed holds a control character");
  EXPECT_EQ(rubbish("printf 's3cret\\0'"), "what it printed holds a control character");
  EXPECT_EQ(rubbish("printf ' s3cret'"), "what it printed begins or ends with white space");
  EXPECT_EQ(rubbish("printf 's3cret\\377'"), "what it printed holds bytes that are no text (UTF-8)");
  EXPECT_EQ(rubbish("printf '\"s3cret\"'"), "what it printed has quotes around the key");
  EXPECT_EQ(rubbish("echo Bearer s3cret"),
            "what it printed begins with \"Bearer\", which is not a part of the key");
  EXPECT_EQ(rubbish("echo '<html>Log in s3cret</html>'"),
            "what it printed is a page (HTML or XML) and no key");
  EXPECT_EQ(rubbish("echo '[1,2]'"), "what it printed is a list (JSON) and no key");
  EXPECT_EQ(rubbish("echo null; echo no such secret >&2"),
            "what it printed is \"null\" and no key: no such secret");
  EXPECT_EQ(rubbish("echo You are not logged in"),
            "what it printed has a space in its middle, as no key has");
  EXPECT_EQ(rubbish("head -c 16385 /dev/zero | tr '\\0' x"), "what it printed is longer than 16 KiB");
  EXPECT_EQ(rubbish("echo '{\"error\":\"s3cret\"}'"),
            "the JSON that it printed has no token (or access_token)");
  EXPECT_EQ(rubbish("echo '{\"token\":\"s3cret\",\"expires_in\":1}'; sleep 1.2"),
            "the key that it printed ended before the program did");
}

// Whatever stood on its standard output stands in no text, wherever the program repeats it.
TEST_F(TokenCommand, NothingThatItPrintsIsShown) {
  const std::string key = "hvs.CAESIJ0123456789abcdef";
  for (const auto& script :
       {"echo " + key + "; echo got " + key + " >&2; exit 1",
        "echo '{\"token\":\"" + key + "\"}'; echo '+ curl -H \"X-Token: " + key + "\"' >&2; exit 1",
        "echo '{\"token\":\"" + key + "\",\"expires_in\":0}'; echo " + key + "x >&2",
        "printf 'first line\\n" + key + "\\n'; echo token=" + key + " >&2",
        "echo " + key + "; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do echo pad " + key +
            " pad >&2; done; exit 1"}) {
    const auto text = wrong(script);
    EXPECT_THAT(text, Not(HasSubstr("CAESIJ"))) << script;
    EXPECT_THAT(text, Not(HasSubstr("89abcdef"))) << script;
    EXPECT_THAT(text, HasSubstr("****")) << script;
  }
  EXPECT_THAT(wrong("seq 1000000 1002000; echo 1001234 >&2; exit 1"), Not(HasSubstr("1234")));
}

TEST_F(TokenCommand, WordsAreBoundedAndHarmless) {
  const auto text = wrong("yes 'bad \033[31m news' | head -n 5000 >&2; echo the last >&2; exit 1");
  EXPECT_LT(text.size(), 1200u);
  EXPECT_THAT(text, HasSubstr("the last; run it by hand"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST_F(TokenCommand, IsNotWaitedForOnceNobodyNeedsTheKey) {
  auto s = loaded();
  s.token_command = {"sleep", "60"};
  std::atomic<bool> given_up{false};
  std::thread other([&] {
    std::this_thread::sleep_for(100ms);
    given_up = true;
  });
  const auto began = clock::now();
  const auto made = make_token(s, token_program_limits, given_up);
  other.join();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, failure_kind::later);
  EXPECT_LT(clock::now() - began, 20s);
}

TEST_F(TokenCommand, ItsKeysHaveTheWordsOfTheProgramInCommon) {
  settings a, b, c;
  a.token_command = {"vault", "read"};
  b.token_command = {"vault read"};
  c.token_command = {"vault", "read"};
  EXPECT_EQ(common_of_tokens(a), common_of_tokens(c));
  EXPECT_FALSE(common_of_tokens(a) == common_of_tokens(b));
}

}  // namespace
}  // namespace pawl::config
