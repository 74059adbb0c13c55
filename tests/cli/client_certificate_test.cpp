// pawl run against a server that wants a client certificate.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/test_certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

struct certificate_files {
  temp_dir directory;
  std::string cert = (directory / "client.pem").string(), key = (directory / "client.key").string();

  std::vector<std::string> sandbox_arguments(const char* newest_tls) const {
    return {"--threads",
            "20",
            "--limits",
            "off",
            "--require-client-cert",
            "--tls-newest",
            newest_tls,
            "--client-cert-out",
            cert,
            "--client-key-out",
            key};
  }
};

TEST(RunWithAClientCertificate, AppliesWithItAndStopsWithoutIt) {
  for (const auto* tls : {"1.3", "1.2"}) {
    const certificate_files files;
    const sandbox_process sandbox{files.sandbox_arguments(tls)};
    const pawl_workspace workspace{sandbox};
    const auto jobs = make_jobs(20);
    const auto input = workspace.input("jobs.csv", to_csv(jobs));
    const std::vector<std::string> command{"run",       input.string(), "--rate",
                                           "unlimited", "--summary",    "s.json"};

    const auto without = workspace.run(command);
    EXPECT_EQ(without.exit_code, 4) << tls << without.errors;
    EXPECT_THAT(without.errors, HasSubstr("asks for a client certificate"));
    EXPECT_THAT(without.errors, HasSubstr("--cert"));
    EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 20);
    EXPECT_EQ(number(sandbox.totals(), "requests"), 0);

    auto with = command;
    with.insert(with.end(), {"--cert", files.cert, "--key", files.key});
    const auto run = workspace.run(with);
    EXPECT_EQ(run.exit_code, 0) << tls << run.errors;
    EXPECT_TRUE(applied(sandbox, jobs));
  }
}

TEST(RunWithAClientCertificate, FilesThatCannotBeUsedAreToldBeforeAnythingIsSent) {
  const certificate_files files;
  const sandbox_process sandbox{files.sandbox_arguments("1.3")};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
  const auto own = testing::issue({}, nullptr);
  const auto encrypted = workspace.input("encrypted.key", testing::key_to_pem(own, "hunter2hunter2"));
  const auto foreign = workspace.input("foreign.key", testing::key_to_pem(own));
  const struct {
    std::vector<std::string> flags;
    const char* said;
  } table[] = {
      {{"--cert", "none.pem"}, "none.pem: cannot be read"},
      {{"--cert", files.cert}, "holds no private key"},
      {{"--key", files.key}, "name the certificate with --cert"},
      {{"--cert", files.cert, "--key", encrypted.string()}, "the private key is encrypted"},
      {{"--cert", files.cert, "--key", foreign.string()},
       "the private key is not the one of the certificate"},
      {{"--cert", files.key, "--key", files.key}, "holds no certificate"},
  };
  for (const auto& row : table) {
    std::vector<std::string> command{"run", input.string()};
    command.insert(command.end(), row.flags.begin(), row.flags.end());
    const auto run = workspace.run(command);
    EXPECT_EQ(run.exit_code, 2) << row.said << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(row.said));
    EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input))) << row.said;
  }
  const auto no_authority = workspace.run({"run", input.string(), "--ca-file", "none.pem"});
  EXPECT_EQ(no_authority.exit_code, 2) << no_authority.errors;
  EXPECT_THAT(no_authority.errors, HasSubstr("none.pem: cannot be read"));
  EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input)));
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

}  // namespace
}  // namespace pawl::test
