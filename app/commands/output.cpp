// SPDX-License-Identifier: GPL-3.0-or-later

// What a command says: its result on standard output, everything else on standard error.

#include "app/commands/cli.h"
#include "core/filewriter.h"

#include <QJsonDocument>
#include <QTextStream>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace birblens {

namespace {

int outputFailure = 0; ///< errno of the first write to standard output that failed
bool complained = false;

/** Its reader has gone, as `| head` does: the command ends as others do then, without a word. */
[[noreturn]] void endQuietly()
{
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
    _exit(128 + SIGPIPE); // the signal is blocked
}

} // namespace

void prepareStreams()
{
    // A number that is free would be given to the next file: printing would write into that. What
    // stands in for standard output cannot be written, so that printing fails as it should.
    const int modes[]{O_WRONLY, O_RDONLY, O_WRONLY};
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) == -1 && errno == EBADF)
            static_cast<void>(open("/dev/null", modes[stream])); // the lowest free number: this one
    }
    // Writing reports these itself.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void complain(const QString &text)
{
    complained = true;
    QTextStream(stderr) << "birblens: " << text << Qt::endl;
}

void complain(const Error &error)
{
    complain(error.sentence());
}

void print(const QString &text)
{
    if (outputFailure != 0)
        return;
    const QByteArray line = text.toUtf8() + '\n';
    const auto size = static_cast<size_t>(line.size());
    errno = 0;
    if (std::fwrite(line.constData(), 1, size, stdout) == size && std::fflush(stdout) == 0)
        return;
    outputFailure = errno != 0 ? errno : EIO;
    if (outputFailure == EPIPE)
        endQuietly();
}

void printJson(const QJsonArray &array)
{
    print(QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact)));
}

void printJson(const QJsonObject &object)
{
    print(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
}

int finished(int code)
{
    if (outputFailure != 0) {
        complain(Error{
            QStringLiteral("The result could not be printed: %1").arg(writeFailure(outputFailure)),
            QStringLiteral("standard output"), QStringLiteral("Run the command again")});
        return Unusable;
    }
    if (code != Done && !complained)
        complain(QStringLiteral("The command failed and did not say why. Please report this."));
    return code;
}

} // namespace birblens
