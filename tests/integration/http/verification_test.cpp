// What is trusted: the CA file, and that it can be read.
#include "tests/integration/http/client.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace pawl::http {
namespace {

using testing::scripted_server;

TEST(ServerIdentity, WithoutTheCaNothingIsTrusted) {
  scripted_server server;
  client c(server, [](transport_options& t) { t.ca_file.clear(); });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.fault, transport_fault::untrusted);
  EXPECT_EQ(fact.reached, phase::not_sent);
}

class ca_file {
 public:
  explicit ca_file(const std::string& content)
      : path_(::testing::TempDir() + "pawl-ca-test-" + std::to_string(::getpid()) + ".pem") {
    std::ofstream(path_) << content;
  }
  ~ca_file() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

failure create_failure(const std::function<void(transport_options&)>& change) {
  boost::asio::io_context io;
  transport_options options;
  options.target = *parse_endpoint("https://127.0.0.1", false);
  change(options);
  auto made = connection_pool::create(io, options);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

TEST(PoolCreation, NamesACaFileThatCannotBeUsed) {
  const auto missing = create_failure([](auto& o) { o.ca_file = "/nonexistent/ca.pem"; });
  EXPECT_EQ(missing.kind, failure_kind::usage);
  EXPECT_EQ(missing.place, "/nonexistent/ca.pem");
  EXPECT_EQ(missing.what, "cannot be read: No such file or directory");
  const auto directory = create_failure([](auto& o) { o.ca_file = "/tmp"; });
  EXPECT_EQ(directory.what, "cannot be read: Is a directory");

  const ca_file empty("no certificate here\n");
  EXPECT_EQ(create_failure([&](auto& o) { o.ca_file = empty.path(); }).what, "holds no certificate");
  auto pem = testing::to_pem(testing::test_ca());
  pem.insert(pem.size() / 2, "AAAA");
  const ca_file damaged(pem);
  const auto what = create_failure([&](auto& o) { o.ca_file = damaged.path(); }).what;
  EXPECT_EQ(what.rfind("certificate 1 is damaged: ", 0), 0u) << what;
}

}  // namespace
}  // namespace pawl::http
