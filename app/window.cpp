// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/window.h"

#include "app/demo.h"
#include "core/background.h"
#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "ui/application.h"
#include "ui/mainwindow.h"

#include <QDir>
#include <QScopeGuard>

#include <atomic>
#include <cstdlib>
#include <memory>

namespace birblens {

namespace {

/** How long quitting waits for the network. */
constexpr int longestOperatorMs = 3000;

/**
 * Writes the demo day on a worker the first time and opens it as soon as its first frame is there;
 * the rest appears as frames of a running camera do.
 */
class DemoOpener : public QObject
{
public:
    DemoOpener(MainWindow &window, ReviewSession &session)
        : m_window(window)
        , m_session(session)
    {
        m_pool.setMaxThreadCount(1);
    }
    ~DemoOpener() override
    {
        m_stop = true;
        m_pool.waitForDone();
    }

    void open()
    {
        const QString folder = demoDayFolder();
        if (isCompleteDemoDay(folder)) {
            show(folder);
            return;
        }
        if (m_writing)
            return;
        m_writing = true;
        m_session.say(Message::Level::Info,
                      QObject::tr("Drawing the demo day; its frames appear as they are ready."));
        runInBackground(
            m_pool, this, "demo day",
            [this, folder] {
                return writeDemoDay(folder, [this, folder](int done, int) {
                    if (done == 1)
                        QMetaObject::invokeMethod(this, [this, folder] { show(folder); });
                    return !m_stop;
                });
            },
            [this](const Result<void> &written) {
                m_writing = false;
                if (!written)
                    m_session.say(Message::Level::Problem, written.error().sentence());
            });
    }

private:
    void show(const QString &folder)
    {
        m_window.openDay(folder);
        m_window.openModel(folder + QStringLiteral("/demo_model.pt"));
    }

    MainWindow &m_window;
    ReviewSession &m_session;
    QThreadPool m_pool;
    std::atomic<bool> m_stop = false;
    bool m_writing = false;
};

} // namespace

int runWindow(Application &app, const WindowRequest &request)
{
    auto ownSession = std::make_unique<ReviewSession>();
    ReviewSession &session = *ownSession;
    app.setReporter(
        [&session](const Error &error) { session.say(Message::Level::Problem, error.sentence()); });
    const auto nobodyToTell = qScopeGuard([&app] { app.setReporter({}); });
    InferenceService service(session);
    MainWindow window(session, service);
    DemoOpener demo(window, session);
    QObject::connect(&window, &MainWindow::demoRequested, &demo, [&demo] { demo.open(); });
    QObject::connect(&session, &ReviewSession::dayOpened, &window, [&] {
        window.setDemo(
            QFile::exists(session.day().source().folder + QStringLiteral("/demo_model.pt")) &&
            session.day().source().folder == QDir(demoDayFolder()).canonicalPath());
    });

    window.restoreLast(request.days.isEmpty() && !request.demo,
                       request.model.isEmpty() && !request.demo);
    window.show();
    if (request.demo)
        demo.open();
    window.openDays(request.days);
    if (!request.model.isEmpty())
        window.openModel(request.model);
    const int code = Application::exec();
    if (!service.stop(longestOperatorMs)) {
        // An operator of the network does not come back, and a thread cannot be ended from outside:
        // what the person decided is written, then the process goes as it is.
        ownSession.reset();
        std::_Exit(code);
    }
    return code;
}

} // namespace birblens
