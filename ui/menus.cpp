// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/menus.h"

#include "core/review/reviewsession.h"

#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/views/overlayview.h"

#include <QAction>
#include <QActionGroup>
#include <QKeySequence>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QUndoStack>

#include <tuple>

namespace birblens {

namespace {
constexpr auto installedKeys = "installedKeys"; ///< property of an action
} // namespace

WindowActions::WindowActions(QMainWindow &window, QUndoStack &undoStack)
    : QObject(&window)
    , m_window(window)
{
    addFileMenu();
    addReviewMenu(undoStack);
    addViewMenu();
    addExplainMenu();
    addHelpMenu();
    collectCommands();
    loadKeys();
}

/** Names them by their English text, which settings can be read by, and notes what they came with.
 */
void WindowActions::collectCommands()
{
    const auto note = [this](QAction *action) {
        if (action->objectName().isEmpty())
            action->setObjectName(QString(action->text())
                                      .remove(QLatin1Char('&'))
                                      .remove(QLatin1Char('.'))
                                      .toLower());
        action->setProperty(installedKeys, QKeySequence::listToString(action->shortcuts(),
                                                                      QKeySequence::PortableText));
        m_commands.append(action);
    };
    for (const QMenu *menu : std::as_const(m_menus)) {
        for (QAction *action : menu->actions()) {
            if (!action->menu() && !action->isSeparator())
                note(action);
        }
    }
    undo->setObjectName(QStringLiteral("undo")); // their text names what would be undone
    redo->setObjectName(QStringLiteral("redo"));
    for (QAction *digit : std::as_const(digits))
        note(digit);
}

void WindowActions::loadKeys()
{
    const QSettings settings = makeSettings();
    for (QAction *action : std::as_const(m_commands)) {
        const QString key = QStringLiteral("keys/") + action->objectName();
        if (settings.contains(key))
            useKeys(action, QKeySequence::listFromString(settings.value(key).toString(),
                                                         QKeySequence::PortableText));
    }
}

void WindowActions::useKeys(QAction *action, const QList<QKeySequence> &keys)
{
    const QString before = action->shortcut().toString(QKeySequence::NativeText);
    action->setShortcuts(keys);
    // The tip names the first key.
    QString tip = action->toolTip();
    const QString old = QStringLiteral(" (%1)").arg(before);
    if (!before.isEmpty() && tip.endsWith(old))
        tip.chop(old.size());
    if (!keys.isEmpty())
        tip += QStringLiteral(" (%1)").arg(keys.first().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
}

QAction *WindowActions::ownerOf(const QKeySequence &key) const
{
    for (QAction *action : m_commands) {
        if (!key.isEmpty() && action->shortcuts().contains(key))
            return action;
    }
    return nullptr;
}

void WindowActions::setKeys(QAction *action, const QList<QKeySequence> &keys)
{
    QSettings settings = makeSettings();
    const auto keep = [&](QAction *changed, const QList<QKeySequence> &now) {
        useKeys(changed, now);
        const QString text = QKeySequence::listToString(now, QKeySequence::PortableText);
        const QString key = QStringLiteral("keys/") + changed->objectName();
        if (text == changed->property(installedKeys).toString())
            settings.remove(key);
        else
            settings.setValue(key, text);
    };
    for (const QKeySequence &key : keys) {
        QAction *owner = ownerOf(key);
        if (owner && owner != action) {
            QList<QKeySequence> left = owner->shortcuts();
            left.removeAll(key);
            keep(owner, left);
        }
    }
    keep(action, keys);
}

void WindowActions::resetKeys(QAction *action)
{
    setKeys(action, QKeySequence::listFromString(action->property(installedKeys).toString(),
                                                 QKeySequence::PortableText));
}

QMenu *WindowActions::menu(const QString &title)
{
    QMenu *made = m_window.menuBar()->addMenu(title);
    made->setToolTipsVisible(true);
    m_menus.append(made);
    return made;
}

QAction *WindowActions::add(QMenu *menu, const QString &iconName, const QString &text,
                            const QString &tip, const QList<QKeySequence> &shortcuts)
{
    auto *action = new QAction(text, &m_window);
    if (!iconName.isEmpty())
        action->setIcon(icon(iconName));
    action->setShortcuts(shortcuts);
    const QString key =
        shortcuts.isEmpty() ? QString() : shortcuts.first().toString(QKeySequence::NativeText);
    action->setToolTip(key.isEmpty() ? tip : QStringLiteral("%1 (%2)").arg(tip, key));
    menu->addAction(action);
    m_window.addAction(action); // works also while the menu bar is hidden
    return action;
}

void WindowActions::addFileMenu()
{
    QMenu *file = menu(tr("&File"));
    openDay =
        add(file, QStringLiteral("open-day"), tr("&Open a Day..."),
            tr("Opens a folder of images or a Birb Cam data folder"), {QKeySequence(tr("Ctrl+O"))});
    addFolder = add(file, {}, tr("&Add a Folder to the Days..."),
                    tr("Opens another folder beside this one: its dates join the list of days"),
                    {QKeySequence(tr("Ctrl+Shift+O"))});
    recentDays = file->addMenu(tr("Recent &Days"));
    openDemo = add(file, QStringLiteral("demo"), tr("Open the De&mo Day"),
                   tr("Opens a rendered day with a small model of its own"), {});
    file->addSeparator();
    openModel = add(file, QStringLiteral("open-model"), tr("Open a &Model..."),
                    tr("Opens the classifier: a TorchScript file"), {QKeySequence(tr("Ctrl+M"))});
    recentModels = file->addMenu(tr("Recent M&odels"));
    classify = add(file, QStringLiteral("classify"), tr("&Classify the Day"),
                   tr("Lets the model look at every frame that it has not seen yet"),
                   {QKeySequence(tr("Ctrl+K"))});
    file->addSeparator();
    exportFrames = add(file, QStringLiteral("export"), tr("&Export..."),
                       tr("Writes figures, a report, films, the training set or a table"),
                       {QKeySequence(tr("Ctrl+E"))});
    copyFigure = add(file, QStringLiteral("copy"), tr("Copy &Figure"),
                     tr("Copies photograph and overlay with their titles to the clipboard"),
                     {QKeySequence(tr("Ctrl+C")), QKeySequence(tr("Ctrl+Shift+C"))});
    file->addSeparator();
    quit = add(file, {}, tr("&Quit"), tr("Closes the window; everything is on disk already"),
               {QKeySequence(tr("Ctrl+Q"))});
}

void WindowActions::addReviewMenu(QUndoStack &undoStack)
{
    QMenu *review = menu(tr("&Review"));
    undo = undoStack.createUndoAction(&m_window, tr("&Undo"));
    undo->setIcon(icon(QStringLiteral("undo")));
    undo->setShortcut(QKeySequence(tr("Ctrl+Z")));
    redo = undoStack.createRedoAction(&m_window, tr("&Redo"));
    redo->setIcon(icon(QStringLiteral("redo")));
    redo->setShortcuts({QKeySequence(tr("Ctrl+Shift+Z")), QKeySequence(tr("Ctrl+Y"))});
    review->addActions({undo, redo});
    m_window.addActions({undo, redo});
    review->addSeparator();
    accept =
        add(review, QStringLiteral("accept"), tr("&Accept the Prediction"),
            tr("The prediction is right: keeps it as the true label and goes on"),
            {QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_Enter), QKeySequence(Qt::Key_A)});
    falsePositive =
        add(review, QStringLiteral("nothing"), tr("&False Positive"),
            tr("Nothing is there: labels the frame none and goes on"), {QKeySequence(Qt::Key_X)});
    nothing = add(review, {}, tr("N&othing There"), tr("Label as empty; stay on this frame"),
                  {QKeySequence(Qt::Key_0)});
    unsure = add(review, QStringLiteral("unsure"), tr("Uns&ure"),
                 tr("Reviewed, but it cannot be told what it is"), {QKeySequence(Qt::Key_U)});
    otherLabel = add(review, {}, tr("Other &Label..."), tr("Goes to the field for other labels"),
                     {QKeySequence(Qt::Key_L)});
    clearLabel = add(review, QStringLiteral("clear"), tr("&Clear the Label"),
                     tr("Makes the frame unreviewed again"),
                     {QKeySequence(Qt::Key_Delete), QKeySequence(Qt::Key_Backspace)});
    notThisClass = add(review, {}, tr("No&t This Class"),
                       tr("Takes the explained class out of the label and keeps the others"),
                       {QKeySequence(tr("Shift+X"))});
    copyLabels =
        add(review, {}, tr("Labels of the Frame &Before"),
            tr("Gives the frame the true label of the one before it"), {QKeySequence(Qt::Key_C)});
    wholeEvent = add(review, {}, tr("Whole &Event"),
                     tr("Selects every frame of this visit, so that the next key labels them all"),
                     {QKeySequence(Qt::Key_E)});
    review->addSeparator();
    openVisit = add(review, {}, tr("Open or Close the &Visit"),
                    tr("Where visits are folded: shows every frame of this one (double click)"),
                    {QKeySequence(Qt::Key_V)});
    playVisit =
        add(review, {}, tr("Play the V&isit"), tr("Play this visit's frames; press again to stop"),
            {QKeySequence(tr("Shift+V"))});
    exportFilm =
        add(review, {}, tr("Export a Film of the Visit..."),
            tr("Writes the frames of this visit as MP4, WebP or GIF, beside their overlays "
               "when a model is open"),
            {});
    review->addSeparator();
    flag =
        add(review, QStringLiteral("flag"), tr("Fla&g"),
            tr("Marks the frame with a star, or takes the star away"), {QKeySequence(Qt::Key_S)});
    comment = add(review, {}, tr("Co&mment..."), tr("Goes to the field for a comment"),
                  {QKeySequence(Qt::Key_M)});
    correctClock = add(review, {}, tr("Correct the Cloc&k..."),
                       tr("Corrects the capture times of the day or of the selected frames"), {});
    trash =
        add(review, QStringLiteral("trash"), tr("Move to the T&rash"),
            tr("Moves the frame's file to the desktop's trash; undo brings it back"),
            {QKeySequence(Qt::CTRL | Qt::Key_Delete), QKeySequence(Qt::CTRL | Qt::Key_Backspace)});
    for (int i = 1; i <= 9; ++i) {
        auto *digit = new QAction(tr("Label %1").arg(i), &m_window);
        digit->setShortcut(QKeySequence(Qt::Key_0 + i));
        digit->setData(i);
        m_window.addAction(digit);
        digits.append(digit);
    }
    review->addSeparator();
    selectAll = add(review, {}, tr("&Select All Shown"),
                    tr("Selects every frame that passes the filter"), {QKeySequence(tr("Ctrl+A"))});
    clearFilter = add(review, {}, tr("S&how Every Frame"), tr("Takes the filter away"),
                      {QKeySequence(tr("Ctrl+Shift+A"))});
    toggleFilter = add(review, {}, tr("Filter O&ff and On"),
                       tr("Shows every frame for a while, then the filtered ones again"),
                       {QKeySequence(tr("Ctrl+L"))});
    refresh = add(review, {}, tr("Refresh the &List"),
                  tr("Filters and sorts anew: frames that match no longer go"),
                  {QKeySequence(Qt::Key_F5)});
    findSimilar = add(review, {}, tr("Find &More Like This"),
                      tr("Sort by similarity to this frame, as the model sees it"),
                      {QKeySequence(Qt::Key_R)});
    review->addSeparator();
    dayList = add(review, {}, tr("List of &Days"), tr("Every date of every open folder"),
                  {QKeySequence(Qt::Key_D)});
    previousDay = add(review, {}, tr("Previous Da&y"), tr("Go to the previous day"),
                      {QKeySequence(tr("Alt+PgUp"))});
    nextDay = add(review, {}, tr("Ne&xt Day"), tr("Goes to the date after in that list"),
                  {QKeySequence(tr("Alt+PgDown"))});
    review->addSeparator();
    previousFrame = add(review, {}, tr("&Previous Frame"), tr("Goes to the frame before"),
                        {QKeySequence(Qt::Key_P)});
    nextFrame = add(review, {}, tr("&Next Frame"), tr("Goes to the frame after"),
                    {QKeySequence(Qt::Key_F)});
    nextUnreviewed =
        add(review, QStringLiteral("next"), tr("Next Unre&viewed Frame"),
            tr("Goes to the next frame without a true label"), {QKeySequence(Qt::Key_N)});
}

void WindowActions::addViewMenu()
{
    QMenu *view = menu(tr("&View"));
    modes = new QActionGroup(this);
    const auto mode = [&](OverlayView::Mode which, const QString &iconName, const QString &text,
                          const QString &tip, Qt::Key key) {
        QAction *action = add(view, iconName, text, tip, {QKeySequence(key)});
        action->setCheckable(true);
        action->setData(static_cast<int>(which));
        modes->addAction(action);
        return action;
    };
    mode(OverlayView::Mode::SideBySide, QStringLiteral("side-by-side"), tr("&Side by Side"),
         tr("The photograph and the overlay next to each other"), Qt::Key_F2)
        ->setChecked(true);
    mode(OverlayView::Mode::Wipe, QStringLiteral("wipe"), tr("&Wipe"),
         tr("One picture; drag the line between photograph and overlay"), Qt::Key_F3);
    mode(OverlayView::Mode::OverlayOnly, QStringLiteral("overlay"), tr("&Overlay"),
         tr("The overlay alone; hold Space to see the bare frame"), Qt::Key_F4);
    view->addSeparator();
    zoomIn =
        add(view, QStringLiteral("zoom-in"), tr("Zoom &In"), tr("Enlarges all pictures alike"),
            {QKeySequence(Qt::Key_Plus), QKeySequence(Qt::Key_Equal), QKeySequence(tr("Ctrl++"))});
    zoomOut =
        add(view, QStringLiteral("zoom-out"), tr("Zoom &Out"), tr("Shrinks all pictures alike"),
            {QKeySequence(Qt::Key_Minus), QKeySequence(tr("Ctrl+-"))});
    zoomPixels =
        add(view, QStringLiteral("zoom-one"), tr("&Pixel for Pixel"),
            tr("One pixel of the frame is one of the screen"), {QKeySequence(tr("Ctrl+1"))});
    zoomFit = add(view, QStringLiteral("zoom-fit"), tr("&Fit"), tr("Shows the whole frame"),
                  {QKeySequence(tr("Ctrl+0"))});
    bareFrame =
        add(view, {}, tr("&Bare Frame"), tr("Hides the heat; holding Space does so for a moment"),
            {QKeySequence(Qt::Key_B)});
    bareFrame->setCheckable(true);
    focusPhoto = add(view, {}, tr("&Go to the Photograph"),
                     tr("Return keyboard focus to the photo"), {QKeySequence(Qt::Key_Escape)});
    view->addSeparator();
    panels = view->addMenu(tr("Pa&nels"));
    resetLayout =
        add(view, {}, tr("&Reset the Layout"), tr("Puts every panel back to its place"), {});
    QMenu *theme = view->addMenu(tr("&Theme"));
    themes = new QActionGroup(this);
    const std::pair<ThemeMode, QString> all[] = {{ThemeMode::Auto, tr("&Follow the System")},
                                                 {ThemeMode::Light, tr("&Light")},
                                                 {ThemeMode::Dark, tr("&Dark")}};
    for (const auto &[which, text] : all) {
        QAction *action = theme->addAction(text);
        action->setCheckable(true);
        action->setChecked(which == themeMode());
        action->setData(static_cast<int>(which));
        themes->addAction(action);
    }
}

void WindowActions::addExplainMenu()
{
    QMenu *explain = menu(tr("E&xplain"));
    explainAll =
        add(explain, QStringLiteral("all-classes"), tr("&All Predicted"),
            tr("Explains every predicted class, side by side"), {QKeySequence(tr("Shift+E"))});
    searchClasses = add(explain, QStringLiteral("search"), tr("&Search the Classes"),
                        tr("Goes to the list of classes"), {QKeySequence(tr("Ctrl+F"))});
    explain->addSeparator();
    previousBlock =
        add(explain, {}, tr("&Previous Block"), tr("Jump to the previous block's output"),
            {QKeySequence(Qt::Key_BracketLeft)});
    nextBlock = add(explain, {}, tr("&Next Block"), tr("Goes to the end of the block after"),
                    {QKeySequence(Qt::Key_BracketRight)});
    previousLayer = add(explain, {}, tr("P&revious Layer"), tr("Goes one layer towards the input"),
                        {QKeySequence(Qt::SHIFT | Qt::Key_BraceLeft)});
    nextLayer = add(explain, {}, tr("N&ext Layer"), tr("Goes one layer towards the output"),
                    {QKeySequence(Qt::SHIFT | Qt::Key_BraceRight)});
    explain->addSeparator();
    trust = add(explain, {}, tr("Can It Be &Trusted?..."),
                tr("Checks the shown map against random ones and a network with shuffled weights"),
                {QKeySequence(tr("Ctrl+T"))});
    trust->setEnabled(false);
    explain->addSeparator();
    lessAlpha = add(explain, {}, tr("&Less Heat"), tr("Lowers alpha by 0.05"),
                    {QKeySequence(Qt::Key_Comma)});
    moreAlpha = add(explain, {}, tr("&More Heat"), tr("Raises alpha by 0.05"),
                    {QKeySequence(Qt::Key_Period)});
    explain->addSeparator();
    stretchGrid = add(explain, {}, tr("S&tretch the Grid"),
                      tr("Draws the map as most libraries do, without regard to where each cell "
                         "looks: for comparison"),
                      {});
    stretchGrid->setCheckable(true);
    QMenu *strip = explain->addMenu(tr("Small &Maps"));
    strips = new QActionGroup(this);
    const std::tuple<ExplainState::Strip, QString, QString> kinds[] = {
        {ExplainState::Strip::Off, tr("&None"), tr("Shows no small maps below the slider")},
        {ExplainState::Strip::Blocks, tr("&Blocks"), tr("A small map of the end of every block")},
        {ExplainState::Strip::AllLayers, tr("&All Layers"), tr("A small map of every layer")}};
    for (const auto &[kind, text, tip] : kinds) {
        QAction *action = strip->addAction(text);
        action->setToolTip(tip);
        action->setStatusTip(tip);
        action->setCheckable(true);
        action->setData(static_cast<int>(kind));
        strips->addAction(action);
    }
}

void WindowActions::addHelpMenu()
{
    QMenu *help = menu(tr("&Help"));
    keys = add(help, QStringLiteral("help"), tr("&Keys"), tr("Lists every key"),
               {QKeySequence(Qt::Key_Question), QKeySequence(Qt::Key_F1)});
    about = add(help, {}, tr("&About Birblens"), tr("Version and licence"), {});
}

} // namespace birblens
