// A key that the API does not accept: where no other can come, its source is asked once and not for five
// seconds. Counted, because a clock would tell of the machine.
#include "engine/app/run.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace pawl::app {
namespace {

constexpr const char* refused = R"({"error":{"code":"unauthenticated","message":"no"}})";

class RotatedKey : public ::testing::Test {
 protected:
  // How often the source was asked whether it may have another key; a source that has none.
  int questions_in_a_run() {
    api::field_spec title;
    title.name = "title";
    title.echo = {{"title", false}};
    api::profile profile;
    profile.name = "items";
    profile.base_url = server.url();
    profile.resource_path = "/items/{id}";
    profile.reply.id = {{"id", false}};
    profile.fields = {title};
    profile.whoami.path = "/me";
    profile.whoami.account = {{"account", false}};
    test::write_file(files / "jobs.csv", "id,title\na,new\n");
    auto options = options_for(std::move(profile), (files / "jobs.csv").string());
    EXPECT_TRUE(options) << to_string(options.error());
    options->state_directory = (files / "state").string();
    int questions = 0;
    token_source key;
    key.read = [] { return token_reading{secret{"one and only"}, {}}; };
    key.may_change = [&] {
      ++questions;
      return false;
    };
    listener nobody;
    stop_request nobody_stops_it;
    EXPECT_EQ(run(*options, {nobody, nobody_stops_it, key}).exit_code, 4);
    return questions;
  }

  static testing::server_options plain() {
    testing::server_options o;
    o.tls = false;
    return o;
  }
  testing::scripted_server server{plain()};
  test::temp_dir files;
};

TEST_F(RotatedKey, IsNotWaitedForBeforeTheFirstRow) {
  server.when("/me").reply(401, {}, refused);
  EXPECT_EQ(questions_in_a_run(), 2) << "at the start, and once after the refusal";
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(RotatedKey, IsNotWaitedForInTheMiddleOfARun) {
  server.when("/me").reply(200, {}, R"({"account":"a1"})");
  server.when("/items/a").reply(401, {}, refused);
  EXPECT_EQ(questions_in_a_run(), 2) << "at the start, and once after the refusal";
  EXPECT_EQ(server.requests().size(), 2u);
}

}  // namespace
}  // namespace pawl::app
