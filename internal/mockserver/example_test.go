package mockserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// A test starts a new domain, injects a fault for the second request, and reads the request log.
func Example() {
	domain := mockserver.New(mockserver.Options{})
	server := httptest.NewServer(domain)
	defer server.Close()
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", After: 1, Status: http.StatusTooManyRequests, RetryAfter: "1"})

	for range 2 {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL+"/identity/api/me", nil)
		if err != nil {
			panic(err)
		}
		request.Header.Set("Authorization", "Bearer "+domain.Credentials().AccessToken)
		response, err := server.Client().Do(request)
		if err != nil {
			panic(err)
		}
		_ = response.Body.Close()
		fmt.Println(response.Status)
	}

	for _, request := range domain.Requests() {
		fmt.Println(request.Operation, request.Status, request.Fault)
	}
	// Output:
	// 200 OK
	// 429 Too Many Requests
	// identity.GetUserInfo 200 false
	// identity.GetUserInfo 429 true
}
