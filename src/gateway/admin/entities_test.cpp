// How entities are made, read, changed and removed, as Kong's clients expect it.
#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "gateway/admin/test_bench.hpp"

namespace gatehouse::gateway::admin {
namespace {

class Entities : public ::testing::Test {
 protected:
  Reply service(std::string name) {
    return bench.form("POST", "/services", "name=" + name + "&url=http://" + name);
  }
  TestBench bench;
};

TEST_F(Entities, AUrlStandsForFourFields) {
  struct Case {
    const char* url;
    const char* protocol;
    const char* host;
    int port;
    json::value path;
  };
  const Case cases[] = {{"http://a", "http", "a", 80, nullptr},
                        {"https://a", "https", "a", 443, nullptr},
                        {"http://payments.internal:8080/v1", "http", "payments.internal", 8080, "/v1"},
                        {"https://user@a/x?y#z", "https", "a", 443, "/x"}};
  for (const auto& [url, protocol, host, port, path] : cases) {
    const Reply reply = bench.json("POST", "/services", json::serialize(json::object{{"url", url}}));
    EXPECT_EQ(reply.status, 201U) << url;
    EXPECT_EQ(reply.body.at("protocol"), json::value(protocol));
    EXPECT_EQ(reply.body.at("host"), json::value(host));
    EXPECT_EQ(reply.body.at("port"), json::value(port));
    EXPECT_EQ(reply.body.at("path"), path);
  }
}

TEST_F(Entities, APatchedUrlReplacesAllFour) {
  service("a");
  const Reply patched = bench.form("PATCH", "/services/a", "url=https://b:444/x");
  EXPECT_EQ(patched.status, 200U);
  EXPECT_EQ(patched.body.at("host"), json::value("b"));
  EXPECT_EQ(patched.body.at("port"), json::value(444));
  const Reply bad = bench.form("PATCH", "/services/a", "url=invalid url");
  EXPECT_EQ(bad.status, 400U);
  EXPECT_EQ(bad.message(), "2 schema violations (host: required field missing; path: should start with: /)");
}

TEST_F(Entities, JsonAndFormMakeTheSameRoute) {
  const Reply form =
      bench.form("POST", "/routes",
                 "name=a&paths[]=/x&methods=GET&hosts[1]=h.example&headers.location=x&protocols=http"
                 "&strip_path=false&regex_priority=3");
  const Reply json = bench.json("POST", "/routes", R"({"name":"b","paths":["/x"],"methods":["GET"],
      "hosts":["h.example"],"headers":{"location":["x"]},"protocols":["http"],"strip_path":false,"regex_priority":3})");
  ASSERT_EQ(form.status, 201U) << json::serialize(form.body);
  ASSERT_EQ(json.status, 201U) << json::serialize(json.body);
  for (const char* field :
       {"paths", "methods", "hosts", "headers", "protocols", "strip_path", "regex_priority", "snis"}) {
    EXPECT_EQ(form.body.at(field), json.body.at(field)) << field;
  }
}

TEST_F(Entities, ARouteFindsItsServiceByName) {
  const std::string id = service("a").id();
  const Reply route = bench.form("POST", "/routes", "paths=/&service.name=a");
  EXPECT_EQ(route.body.at("service").at("id"), json::value(json::string(id)));
  EXPECT_EQ(bench.get("/routes/" + route.id() + "/service").id(), id);
  EXPECT_EQ(bench.get("/services/a/routes/" + route.id()).status, 200U);
  service("b");
  EXPECT_EQ(bench.get("/services/b/routes/" + route.id()).status, 404U);
}

TEST_F(Entities, ListsArePagedAndEveryEntityIsSeenOnce) {
  EXPECT_EQ(json::serialize(bench.get("/services").body), R"({"data":[],"next":null})");
  for (int i = 0; i < 10; ++i) service("s" + std::to_string(i));
  std::set<std::string> seen;
  std::string next = "/services?size=3";
  int pages = 0;
  while (!next.empty()) {
    const Reply page = bench.get(next);
    for (const auto& entity : page.body.at("data").as_array()) {
      EXPECT_TRUE(seen.insert(std::string(entity.at("id").as_string())).second);
    }
    ++pages;
    next = page.body.at("next").is_null() ? "" : std::string(page.body.at("next").as_string());
    EXPECT_EQ(page.body.get_object().contains("offset"), !next.empty());
  }
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(pages, 4);
}

TEST_F(Entities, PatchMergesRecordsReplacesListsAndNullClears) {
  service("a");
  const std::string id =
      bench.form("POST", "/services/a/routes", "name=r&paths[]=/x&paths[]=/y&methods[]=GET&tags[]=t").id();
  const Reply cleared = bench.json("PATCH", "/routes/r", R"({"methods":null,"paths":["/z"],"tags":[]})");
  EXPECT_EQ(cleared.status, 200U);
  EXPECT_EQ(cleared.body.at("methods"), json::value(nullptr));
  EXPECT_EQ(cleared.body.at("paths"), json::value(json::array{"/z"}));
  EXPECT_EQ(cleared.body.at("tags"), json::value(json::array{}));
  EXPECT_EQ(cleared.id(), id);

  bench.form("POST", "/upstreams", "name=u.example&healthchecks.active.http_path=/ready");
  const Reply merged =
      bench.json("PATCH", "/upstreams/u.example", R"({"healthchecks":{"active":{"timeout":3}}})");
  EXPECT_EQ(merged.body.at("healthchecks").at("active").at("http_path"), json::value("/ready"));
  EXPECT_EQ(merged.body.at("healthchecks").at("active").at("timeout"), json::value(3));
}

TEST_F(Entities, PutCreatesOrReplacesByIdAndByName) {
  const std::string id = "11111111-2222-4333-8444-555555555555";
  const Reply created = bench.json("PUT", "/services/" + id, R"({"name":"a","host":"a","retries":1})");
  EXPECT_EQ(created.status, 200U) << json::serialize(created.body);
  EXPECT_EQ(created.id(), id);
  bench.clock.advance(std::chrono::seconds{5});
  const Reply replaced = bench.json("PUT", "/services/" + id, R"({"name":"a","host":"b"})");
  EXPECT_EQ(replaced.body.at("retries"), json::value(5));
  EXPECT_EQ(replaced.body.at("created_at"), created.body.at("created_at"));
  EXPECT_EQ(replaced.body.at("updated_at").as_int64(), created.body.at("updated_at").as_int64() + 5);
  EXPECT_EQ(bench.json("PUT", "/services/a", R"({"host":"c"})").id(), id);
  const Reply named = bench.json("PUT", "/services/fresh", R"({"host":"c"})");
  EXPECT_EQ(named.status, 200U);
  EXPECT_EQ(named.body.at("name"), json::value("fresh"));
}

TEST_F(Entities, DeletingTwiceIsFineAtTheTopLevelOnly) {
  service("a");
  EXPECT_EQ(bench.remove("/services/a").status, 204U);
  EXPECT_EQ(bench.remove("/services/a").status, 204U);
  bench.form("POST", "/consumers", "username=bob");
  EXPECT_EQ(bench.remove("/consumers/bob/jwt/missing").status, 404U);
  EXPECT_EQ(bench.remove("/consumers/nobody/jwt/missing").status, 404U);
}

TEST_F(Entities, DeletingTakesAlongWhatMakesNoSenseAlone) {
  service("a");
  bench.form("POST", "/services/a/plugins", "name=jwt");
  bench.form("POST", "/services/a/routes", "paths=/a&name=r");
  const Reply refused = bench.remove("/services/a");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(refused.message(), "an existing 'routes' entity references this 'services' entity");
  EXPECT_EQ(refused.body.at("code"), json::value(4));
  EXPECT_EQ(refused.body.at("fields"), json::parse(R"({"@referenced_by":"routes"})"));
  EXPECT_EQ(bench.remove("/routes/r").status, 204U);
  EXPECT_EQ(bench.remove("/services/a").status, 204U);
  EXPECT_TRUE(bench.get("/plugins").body.at("data").as_array().empty());

  bench.form("POST", "/consumers", "username=bob");
  bench.form("POST", "/consumers/bob/jwt", "");
  bench.form("POST", "/upstreams", "name=u");
  bench.form("POST", "/upstreams/u/targets", "target=a");
  EXPECT_EQ(bench.remove("/consumers/bob").status, 204U);
  EXPECT_EQ(bench.remove("/upstreams/u").status, 204U);
  EXPECT_TRUE(bench.get("/jwts").body.at("data").as_array().empty());
  EXPECT_TRUE(bench.store.entities()->of("targets").rows().empty());
}

TEST_F(Entities, NamesMayBeUtf8RawOrPercentEncoded) {
  ASSERT_EQ(bench.form("POST", "/services", "name=円&url=http://a").status, 201U);
  EXPECT_EQ(bench.get("/services/円").status, 200U);
  EXPECT_EQ(bench.get("/services/%E5%86%86").status, 200U);
  EXPECT_EQ(bench.get("/services/%E5%86%86/").status, 200U);
}

TEST_F(Entities, ConsumersAreFoundByNameAndCustomId) {
  const std::string id = bench.form("POST", "/consumers", "username=bob&custom_id=7").id();
  EXPECT_EQ(bench.get("/consumers/bob").id(), id);
  EXPECT_EQ(bench.get("/consumers?custom_id=7").body.at("data").at(0).at("id"),
            json::value(json::string(id)));
  EXPECT_TRUE(bench.get("/consumers?custom_id=8").body.at("data").as_array().empty());
}

TEST_F(Entities, JwtCredentialsGetAKeyAndASecret) {
  bench.form("POST", "/consumers", "username=bob");
  const Reply made = bench.form("POST", "/consumers/bob/jwt", "");
  ASSERT_EQ(made.status, 201U) << json::serialize(made.body);
  EXPECT_EQ(made.body.at("key").as_string().size(), 32U);
  EXPECT_EQ(made.body.at("secret").as_string().size(), 32U);
  EXPECT_EQ(made.body.at("algorithm"), json::value("HS256"));
  const std::string key(made.body.at("key").as_string());
  EXPECT_EQ(bench.get("/consumers/bob/jwt/" + key).id(), made.id());
  EXPECT_EQ(bench.get("/jwts/" + made.id() + "/consumer").body.at("username"), json::value("bob"));
  const Reply refused = bench.form("POST", "/consumers/bob/jwt", "algorithm=RS256");
  EXPECT_EQ(refused.body.at("fields").at("rsa_public_key"), json::value("required field missing"));
}

TEST_F(Entities, TargetsBelongToTheirUpstream) {
  bench.form("POST", "/upstreams", "name=u");
  const Reply made = bench.form("POST", "/upstreams/u/targets", "target=a.example&weight=0");
  EXPECT_EQ(made.status, 201U) << json::serialize(made.body);
  EXPECT_EQ(made.body.at("target"), json::value("a.example:8000"));
  EXPECT_EQ(made.body.at("weight"), json::value(0));
  EXPECT_TRUE(made.body.at("created_at").is_number());
  EXPECT_EQ(bench.get("/upstreams/u/targets/a.example:8000").id(), made.id());
  EXPECT_EQ(bench.get("/upstreams/u/targets/a.example").id(), made.id());
  EXPECT_EQ(bench.form("POST", "/upstreams/u/targets", "target=b:1").body.at("weight"), json::value(100));
  EXPECT_EQ(bench.form("POST", "/upstreams/u/targets", "target=a.example:8000").status, 409U);
  EXPECT_EQ(bench.form("POST", "/upstreams/u/targets", "target=::1").body.at("target"),
            json::value("[::1]:8000"));
  EXPECT_EQ(bench.form("PUT", "/upstreams/u/targets/11111111-2222-4333-8444-555555555555", "target=c").status,
            404U);
  EXPECT_EQ(bench.form("PATCH", "/upstreams/u/targets/b:1", "weight=7").body.at("weight"), json::value(7));
  EXPECT_EQ(bench.get("/targets").status, 404U);
  EXPECT_EQ(bench.remove("/upstreams/u/targets/b:1").status, 204U);
}

TEST_F(Entities, UpstreamsHaveKongsDefaults) {
  const Reply made = bench.form("POST", "/upstreams", "name=u");
  EXPECT_EQ(made.body.at("algorithm"), json::value("round-robin"));
  EXPECT_EQ(made.body.at("slots"), json::value(10000));
  EXPECT_EQ(made.body.at("hash_on_cookie_path"), json::value("/"));
  EXPECT_EQ(made.body.at("healthchecks"), json::parse(R"({"threshold":0,"active":{"type":"http","timeout":1,
      "concurrency":10,"http_path":"/","https_sni":null,"https_verify_certificate":true,"headers":null,"healthy":
      {"interval":0,"successes":0,"http_statuses":[200,302]},"unhealthy":{"interval":0,
      "http_statuses":[429,404,500,501,502,503,504,505],"tcp_failures":0,"timeouts":0,"http_failures":0}},"passive":
      {"type":"http","healthy":{"successes":0,"http_statuses":[200,201,202,203,204,205,206,207,208,226,300,301,302,303,
      304,305,306,307,308]},"unhealthy":{"http_statuses":[429,500,503],"tcp_failures":0,"timeouts":0,
      "http_failures":0}}})"));
  EXPECT_EQ(bench.form("POST", "/upstreams", "name=v&hash_on=ip").body.at("algorithm"),
            json::value("consistent-hashing"));
  EXPECT_EQ(bench.form("POST", "/upstreams", "name=w&algorithm=least-connections").body.at("hash_on"),
            json::value("none"));
}

TEST_F(Entities, TheHealthOfTargetsIsReadAndSet) {
  bench.form("POST", "/upstreams", "name=off");
  bench.form("POST", "/upstreams/off/targets", "target=a");
  EXPECT_EQ(bench.get("/upstreams/off/health").body.at("data").at(0).at("health"),
            json::value("HEALTHCHECKS_OFF"));

  bench.form("POST", "/upstreams", "name=on&healthchecks.passive.unhealthy.tcp_failures=1");
  const std::string id = bench.form("POST", "/upstreams/on/targets", "target=a").id();
  const auto health = [&] { return bench.get("/upstreams/on/health").body.at("data").at(0).at("health"); };
  EXPECT_EQ(health(), json::value("HEALTHY"));
  EXPECT_EQ(bench.send("PUT", "/upstreams/on/targets/" + id + "/unhealthy", "", "").status, 204U);
  EXPECT_EQ(health(), json::value("UNHEALTHY"));
  EXPECT_EQ(bench.send("POST", "/upstreams/on/targets/a:8000/healthy", "", "").status, 204U);
  EXPECT_EQ(health(), json::value("HEALTHY"));
  bench.proxy.set_health(id, TargetHealth::unresolved);
  EXPECT_EQ(health(), json::value("DNS_ERROR"));
  EXPECT_EQ(bench.get("/upstreams/missing/health").status, 404U);
}

TEST_F(Entities, PluginsAreFoundByInstanceName) {
  service("a");
  const Reply made = bench.form("PUT", "/plugins/mine", "name=rate-limiting&config.second=3&service.name=a");
  ASSERT_EQ(made.status, 200U) << json::serialize(made.body);
  EXPECT_EQ(made.body.at("instance_name"), json::value("mine"));
  EXPECT_EQ(bench.get("/plugins/mine").id(), made.id());
  EXPECT_EQ(bench.get("/plugins/mine/service").body.at("name"), json::value("a"));
  const Reply patched = bench.form("PATCH", "/plugins/mine", "config.minute=9");
  EXPECT_EQ(patched.body.at("config").at("second"), json::value(3));
  EXPECT_EQ(patched.body.at("config").at("minute"), json::value(9));
}

TEST_F(Entities, OldFlatRedisNamesAreEchoedAfterEveryVerb) {
  const std::string id =
      bench
          .form("POST", "/plugins",
                "name=rate-limiting&config.second=1&config.policy=redis&config.redis_host=a")
          .id();
  const auto hosts = [](const Reply& reply) {
    const json::value& config = reply.body.at("config");
    EXPECT_EQ(config.at("redis_host"), config.at("redis").at("host"));
    return std::string(config.at("redis_host").as_string());
  };
  EXPECT_EQ(hosts(bench.get("/plugins/" + id)), "a");
  EXPECT_EQ(hosts(bench.form("PATCH", "/plugins/" + id, "config.redis_host=b")), "b");
  EXPECT_EQ(hosts(bench.form("PATCH", "/plugins/" + id, "config.redis.host=c")), "c");
  EXPECT_EQ(hosts(bench.form("PUT", "/plugins/" + id,
                             "name=rate-limiting&config.second=1&config.policy=redis&config.redis_host=d")),
            "d");
  const Reply differ = bench.form("PATCH", "/plugins/" + id, "config.redis_host=e&config.redis.host=f");
  EXPECT_EQ(differ.status, 400U);
  EXPECT_NE(differ.message().find(
                "both deprecated and new field are used but their values mismatch: redis_host = e vs "
                "redis.host = f"),
            std::string::npos);
}

TEST_F(Entities, LargeIntegersComeBackInPlainDecimal) {
  const Reply made = bench.json("POST", "/routes", R"({"paths":["~/a"],"regex_priority":9007199254740992})");
  ASSERT_EQ(made.status, 201U);
  EXPECT_NE(json::serialize(made.body).find("\"regex_priority\":9007199254740992"), std::string::npos);
}

TEST_F(Entities, PutOnAReferenceMakesAndLinksIt) {
  const std::string route = bench.form("POST", "/routes", "paths=/a").id();
  EXPECT_EQ(bench.get("/routes/" + route + "/service").status, 404U);
  const Reply made = bench.form("PUT", "/routes/" + route + "/service", "name=late&url=http://late");
  EXPECT_EQ(made.status, 200U) << json::serialize(made.body);
  EXPECT_EQ(bench.get("/routes/" + route + "/service").id(), made.id());
  EXPECT_EQ(bench.form("PATCH", "/routes/" + route + "/service", "retries=1").body.at("retries"),
            json::value(1));
}

TEST_F(Entities, TagsFilterListsAndAreListed) {
  for (const char* form : {"name=a&url=http://a&tags[]=x", "name=b&url=http://b&tags[]=x&tags[]=y",
                           "name=c&url=http://c&tags[]=z"}) {
    ASSERT_EQ(bench.form("POST", "/services", form).status, 201U);
  }
  const auto count = [&](const char* target) { return bench.get(target).body.at("data").as_array().size(); };
  EXPECT_EQ(count("/services?tags=x"), 2U);
  EXPECT_EQ(count("/services?tags=x,y"), 1U);
  EXPECT_EQ(count("/services?tags=y/z"), 2U);
  EXPECT_EQ(count("/tags"), 4U);
  EXPECT_EQ(count("/tags/x"), 2U);
  const Reply page = bench.get("/services?tags=x&size=1");
  EXPECT_NE(page.body.at("next").as_string().find("&tags=x&size=1"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::gateway::admin
