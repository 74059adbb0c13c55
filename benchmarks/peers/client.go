// The usual Go program: net/http, a goroutine for each connection. Arguments: url prefix, ids file, ca file,
// connections, "parse" or "discard". Prints the number of replies that were 200.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

type thread struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

func main() {
	prefix, idsFile, caFile := os.Args[1], os.Args[2], os.Args[3]
	connections, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	parse := os.Args[5] == "parse"
	ca, err := os.ReadFile(caFile)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections,
		MaxConnsPerHost:     connections,
		DisableCompression:  true,
		TLSClientConfig:     &tls.Config{RootCAs: roots},
	}}
	body, authorization := os.Getenv("PEERS_BODY"), "Bearer "+os.Getenv("PRODUCTLANE_API_KEY")

	ids := make(chan string, 1024)
	var good int64
	var workers sync.WaitGroup
	for i := 0; i < connections; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for id := range ids {
				request, err := http.NewRequest("PATCH", prefix+id, strings.NewReader(body))
				if err != nil {
					log.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", authorization)
				reply, err := client.Do(request)
				if err != nil {
					log.Fatal(err)
				}
				right := reply.StatusCode == 200
				if parse {
					var t thread
					text, err := io.ReadAll(reply.Body)
					right = right && err == nil && json.Unmarshal(text, &t) == nil && t.ID == id && t.Status == "done"
				} else if _, err := io.Copy(io.Discard, reply.Body); err != nil {
					log.Fatal(err)
				}
				reply.Body.Close()
				if right {
					atomic.AddInt64(&good, 1)
				}
			}
		}()
	}
	file, err := os.Open(idsFile)
	if err != nil {
		log.Fatal(err)
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		ids <- lines.Text()
	}
	close(ids)
	workers.Wait()
	fmt.Println("PEERS", good)
}
