package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// administrators is the group that Kubernetes lets do everything.
const administrators = "system:masters"

type authority struct {
	folder string
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
}

// makePKI fills a folder: `world pki FOLDER USER...` writes ca.crt, server.{crt,key}, front-proxy-client.{crt,key}, one
// administrator's certificate per USER, and the key pair sa.{key,pub} that signs ServiceAccount tokens.
func makePKI() error {
	if len(os.Args) < 3 {
		return errors.New("usage: world pki FOLDER USER...")
	}
	folder, users := os.Args[1], os.Args[2:]
	ca, err := newAuthority(folder)
	if err != nil {
		return err
	}
	if err := ca.issue("server", serverTemplate()); err != nil {
		return err
	}
	if err := ca.issue("front-proxy-client", clientTemplate("front-proxy-client")); err != nil {
		return err
	}
	for _, user := range users {
		if err := ca.issue(user, clientTemplate(user, administrators)); err != nil {
			return err
		}
	}
	return signingPair(folder)
}

func newAuthority(folder string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificate(pkix.Name{CommonName: "world"})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{folder, key, parsed}, write(folder, "ca.crt", "CERTIFICATE", der, 0o644)
}

func (ca *authority) issue(name string, template *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return err
	}
	if err := write(ca.folder, name+".crt", "CERTIFICATE", der, 0o644); err != nil {
		return err
	}
	return writeKey(ca.folder, name+".key", key)
}

// serverTemplate names everything that is served: the API itself, and OLM's package server behind it.
func serverTemplate() *x509.Certificate {
	template := certificate(pkix.Name{CommonName: "kube-apiserver"})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}
	template.DNSNames = []string{"localhost", "kubernetes.default.svc", "packageserver-service.olm.svc"}
	return template
}

func clientTemplate(user string, groups ...string) *x509.Certificate {
	template := certificate(pkix.Name{CommonName: user, Organization: groups})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return template
}

func certificate(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // no randomness, no world
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
}

func signingPair(folder string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := write(folder, "sa.pub", "PUBLIC KEY", public, 0o644); err != nil {
		return err
	}
	return writeKey(folder, "sa.key", key)
}

func writeKey(folder, name string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return write(folder, name, "PRIVATE KEY", der, 0o600)
}

func write(folder, name, kind string, der []byte, mode os.FileMode) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return os.WriteFile(filepath.Join(folder, name), text, mode)
}
